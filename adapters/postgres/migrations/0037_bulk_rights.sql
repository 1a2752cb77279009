-- Rights may be taken away between the confirmation of a bulk action and its carrying out.
ALTER TABLE ops.bulk
    ADD COLUMN confirmed_by text, -- who let it be carried out; NULL: nobody yet, or before this was noted
    ADD COLUMN rights_of text; -- whose rights are looked up for each source; NULL: of whoever has a shell here, or is nobody we know
