"""A plugin for the tests' CKAN: fields by language as users of ckanext-fluent know them.

Its own release doesn't run on today's CKAN. Validators have its names, and take and refuse what its documentation says.
"""

import json
import re

from ckan import plugins
from ckan.plugins.toolkit import Invalid, get_validator, missing
from ckanext.scheming.validation import scheming_validator, validators_from_string

LANGUAGE = re.compile("[a-z]{2,8}(-[0-9a-zA-Z]{1,8})*")


def _required(field, schema):
    return (field.get("form_languages") or schema.get("form_languages") or []) if field.get("required") else []


def _checked(value, languages, fits):
    """An object by language. Raises Invalid."""
    if not isinstance(value, dict):
        raise Invalid("expecting JSON object")
    for language, content in value.items():
        if not LANGUAGE.fullmatch(language):
            raise Invalid(f'invalid language code: "{language}"')
        if not fits(content):
            raise Invalid(f'invalid type for "{language}" value')
    for language in languages:
        if not value.get(language):
            raise Invalid(f'Required language "{language}" missing')
    return value


def _with_tags(value, field, schema):
    """The tags as the field's `tag_validators` leave them, else CKAN's. Raises Invalid for the first bad one."""
    if "tag_validators" in field:
        rules = validators_from_string(field["tag_validators"], field, schema)
    else:
        rules = [get_validator("tag_length_validator"), get_validator("tag_name_validator")]
    for tags in value.values():
        for place, tag in enumerate(tags):
            for rule in rules:
                tags[place] = tag = rule(tag, {})
    return value


def _validator(fits, from_text):
    @scheming_validator
    def validator_of(field, schema):
        def validator(key, data, errors, context):
            value = data[key]
            languages = _required(field, schema)
            if value is missing:
                if languages:
                    errors[(*key[:-1], f"{key[-1]}-{languages[0]}")] = ["Missing value"]
                data[key] = "{}"
                return
            if from_text and isinstance(value, str):
                try:
                    value = json.loads(value)
                except ValueError:
                    errors[key].append("Failed to decode JSON string")
                    return
            try:
                value = _checked(value, languages, fits)
                data[key] = json.dumps(value if from_text else _with_tags(value, field, schema))
            except Invalid as error:
                errors[key].append(error.error)

        return validator

    return validator_of


def _are_texts(content):
    return isinstance(content, list) and all(isinstance(tag, str) for tag in content)


def _shown(value):
    if isinstance(value, dict):
        return value
    return json.loads(value) if value is not missing and value else {}


def _shown_as_core(key, data, errors, context):
    """title_translated also gives the title, in the first language that it has."""
    data[key] = _shown(data.get(key, missing))
    core = (*key[:-1], key[-1].removesuffix("_translated"))
    texts = [text for text in (data[key].get("en"), *data[key].values()) if text]
    if core in data and texts:
        data[core] = texts[0]


class ByLanguage(plugins.SingletonPlugin):
    """The validators."""

    plugins.implements(plugins.IValidators)

    def get_validators(self):
        return {
            "fluent_text": _validator(lambda content: isinstance(content, str), from_text=True),
            "fluent_tags": _validator(_are_texts, from_text=False),
            "fluent_core_translated_output": _shown_as_core,
            "fluent_text_output": _shown,
            "fluent_tags_output": _shown,
        }
