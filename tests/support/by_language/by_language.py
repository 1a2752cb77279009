"""A plugin for the tests' CKAN: fields by language as users of ckanext-fluent know them.

Its own release doesn't run on today's CKAN. Validators have its names, and take and refuse what its documentation says.
"""

import json
import re

from ckan import plugins
from ckan.plugins.toolkit import Invalid, missing
from ckanext.scheming.validation import scheming_validator

LANGUAGE = re.compile("[a-z]{2,8}(-[0-9a-zA-Z]{1,8})*")


def _required(field, schema):
    return (field.get("form_languages") or schema.get("form_languages") or []) if field.get("required") else []


def _checked(value, languages, fits):
    """JSON text of an object by language. Raises Invalid."""
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
    return json.dumps(value)


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
                data[key] = _checked(value, languages, fits)
            except Invalid as error:
                errors[key].append(error.error)

        return validator

    return validator_of


def _are_texts(content):
    return isinstance(content, list) and all(isinstance(tag, str) and len(tag) > 1 for tag in content)


def _shown(value):
    if isinstance(value, dict):
        return value
    return json.loads(value) if value is not missing and value else {}


class ByLanguage(plugins.SingletonPlugin):
    """The validators."""

    plugins.implements(plugins.IValidators)

    def get_validators(self):
        return {
            "fluent_text": _validator(lambda content: isinstance(content, str), from_text=True),
            "fluent_tags": _validator(_are_texts, from_text=False),
            "fluent_text_output": _shown,
            "fluent_tags_output": _shown,
        }
