-- Searches in the local catalogue at 400,000 datasets (decision 0058): words and facets of a package are found by indexes, and
-- how many packages there are with a value is kept.

-- The values that a package is counted and found by, as `field:value`, each once. An index takes no longer ones.
CREATE FUNCTION catalogue.facets(package jsonb, source_id text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT left(facet, 600) COLLATE "C"), '{}') FROM (
        SELECT 'organization:' || coalesce(package -> 'organization' ->> 'name', package ->> 'owner_org') AS facet
        UNION ALL SELECT 'license_id:' || (package ->> 'license_id')
        UNION ALL SELECT 'harvest_source_id:' || source_id
        UNION ALL SELECT 'tags:' || (item ->> 'name') FROM jsonb_path_query(package, '$.tags[*]') item
        UNION ALL SELECT 'groups:' || (item ->> 'name') FROM jsonb_path_query(package, '$.groups[*]') item
        UNION ALL SELECT 'res_format:' || (item ->> 'format') FROM jsonb_path_query(package, '$.resources[*]') item
    ) f WHERE facet IS NOT NULL AND right(facet, 1) <> ':'
$$;
ALTER TABLE catalogue.package
    ADD COLUMN facets text[] COLLATE "C" GENERATED ALWAYS AS (catalogue.facets(package, source_id)) STORED;
CREATE INDEX package_facets_idx ON catalogue.package USING gin (facets) WHERE state = 'active';
CREATE INDEX package_words_idx ON catalogue.package USING gin (to_tsvector('simple', left(package::text, 250000)))
    WHERE state = 'active';
CREATE INDEX package_private_idx ON catalogue.package (id) WHERE package ->> 'private' = 'true';
CREATE INDEX package_modified_idx ON catalogue.package (metadata_modified, name) WHERE state = 'active';
CREATE INDEX package_title_idx ON catalogue.package (lower(title), name) WHERE state = 'active';

-- How many active packages have a value; '' stands for all packages. What has changed since stands in facet_change, which a
-- duty of the leader adds up: writers only append, so none waits for another.
CREATE TABLE catalogue.facet_count (
    facet text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE catalogue.facet_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number integer NOT NULL, -- 1: a package came, -1: one went
    facets text[] COLLATE "C" NOT NULL
);
INSERT INTO catalogue.facet_count
SELECT facet, count(*) FROM catalogue.package CROSS JOIN LATERAL unnest(facets || ''::text) AS facet WHERE state = 'active'
GROUP BY facet;

CREATE FUNCTION catalogue.note_facets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text[] := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = 'active' THEN OLD.facets END;
    after text[] := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = 'active' THEN NEW.facets END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        INSERT INTO catalogue.facet_change (number, facets)
        SELECT v.number, v.facets FROM (VALUES (-1, before), (1, after)) AS v (number, facets) WHERE v.facets IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_facets AFTER INSERT OR DELETE OR UPDATE OF state, source_id, package ON catalogue.package
    FOR EACH ROW EXECUTE FUNCTION catalogue.note_facets();
CREATE FUNCTION catalogue.forget_facets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalogue.facet_count;
    DELETE FROM catalogue.facet_change;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_facets AFTER TRUNCATE ON catalogue.package
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue.forget_facets();
