"""Which parts of a page follow what happens."""

from adapters.web.pages.parts import live_parts


def test_a_part_ends_with_its_own_end_tag_however_deep_it_is() -> None:
    html = '<h1 data-live="job=1" data-every="5">A</h1><div data-key="a"><div>1<div>2</div></div>3</div><p data-key="b">4</p>'

    parts = live_parts(html)

    assert parts.inside == {"a": "<div>1<div>2</div></div>3", "b": "4"}
    assert (parts.about, parts.every) == ("job=1", 5.0)


def test_tags_whose_names_begin_alike_are_told_apart() -> None:
    assert live_parts('<p data-key="a">x<progress value="1"></progress>y</p>').inside == {
        "a": 'x<progress value="1"></progress>y'
    }


def test_a_page_without_anything_live_has_ended() -> None:
    assert live_parts('<p data-key="a">x</p>').about is None
    assert live_parts('<p data-live="">x</p>').about == ""


def test_of_forms_the_values_of_hidden_fields_are_left_out() -> None:
    form = '<form method="post"><input type="hidden" name="form_token" value="s3cret"><button>Go</button></form>'

    assert "s3cret" not in live_parts(f'<div data-key="a">{form}</div>').inside["a"]
