from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from renders.feeds import FeedError
from renders.feeds.parse import parse

MOMENT = datetime(2018, 3, 21, 18, 12, tzinfo=UTC)


def rss(items: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>The Feed</title>{items}</channel></rss>".encode()


def item(description: str, title: str = "Title") -> str:
    return f"<item><title>{title}</title><description>{description}</description></item>"


def refused(data: bytes) -> FeedError:
    with pytest.raises(FeedError) as caught:
        parse(data)
    assert caught.value.what
    assert caught.value.means
    assert caught.value.remedy
    return caught.value


def json_feed(*items: object, **more: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items, **more}).encode()


def test_it_reads_rss_2_with_an_odd_american_date() -> None:
    (entry,) = parse(
        rss(
            "<language>en-us</language><item><title>T</title><description>D.</description><guid>g</guid>"
            "<link>https://e.org/1</link><pubDate>Wed, 21 Mar 2018 14:12 EDT</pubDate></item>"
        )
    )
    assert (entry.guid, entry.title, entry.text, entry.url) == ("g", "T", "D.", "https://e.org/1")
    assert (entry.source, entry.published, entry.language) == ("The Feed", MOMENT, "en")


def test_it_reads_atom() -> None:
    (entry,) = parse(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru"><title>A</title><entry><id>urn:1</id>'
        b'<title type="html">&lt;b&gt;T&lt;/b&gt;</title><updated>2018-03-21T21:12:00+03:00</updated>'
        b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p>'
        b"<script>alert(1)</script></div></content></entry></feed>"
    )
    assert (entry.title, entry.text, entry.published, entry.language) == ("T", "One.\nTwo.", MOMENT, "ru")


def test_it_reads_rdf() -> None:
    (entry,) = parse(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>R</title></channel>'
        b'<item rdf:about="u"><title>T</title><link>http://e.org/1</link><description>D.</description>'
        b"<dc:date>2018-03-21T18:12:00Z</dc:date></item></rdf:RDF>"
    )
    assert (entry.title, entry.url, entry.published, entry.source) == ("T", "http://e.org/1", MOMENT, "R")


def test_it_reads_rss_0_91_with_its_doctype() -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://e.org/rss-0.91.dtd">'
    (entry,) = parse(rss(item("D."), head).replace(b"2.0", b"0.91"))
    assert entry.text == "D."


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"])
def test_it_reads_json_feed(version: str) -> None:
    data = json_feed(
        {"id": 7, "title": "T", "content_html": "<p>a &lt; b</p>", "date_published": "2018-03-21T23:42:00+05:30"},
        language="hi",
        version=version,
    )
    (entry,) = parse(data)
    assert (entry.guid, entry.text, entry.published, entry.language) == ("7", "a < b", MOMENT, "hi")


def test_plain_text_of_a_json_feed_keeps_its_less_than_sign() -> None:
    (entry,) = parse(json_feed({"id": "1", "content_text": "a < b & c, 5 <6."}))
    assert entry.text == "a < b & c, 5 <6."


def test_the_full_content_is_preferred_to_the_summary() -> None:
    (entry,) = parse(
        rss(
            "<item><title>T</title><description>Begin […]</description><content:encoded "
            "xmlns:content='http://purl.org/rss/1.0/modules/content/'>Begin and end.</content:encoded></item>"
        )
    )
    assert entry.text == "Begin and end."


def test_an_entry_without_guid_gets_the_same_one_each_time() -> None:
    first, second = (parse(rss(item("D.")))[0].guid for _ in range(2))
    assert first == second != ""


def test_only_web_addresses_are_kept() -> None:
    (entry,) = parse(rss("<item><title>T</title><link>javascript:alert(1)</link></item>"))
    assert entry.url == ""


@pytest.mark.parametrize(
    "markup",
    [
        "Text.<script>alert(1)</script>",
        "<style>p {}</style>Text.",
        "<p>Text.</p><p>Image Credit: NASA/Bill Ingalls</p>",
        "Text. <a href='https://e.org'>Read more</a>",
        "Text. https://e.org/a?b=c",
        "<figure><img/><figcaption>A caption</figcaption></figure>Text.",
        "Te\u202ext\u200b.\u0007",
        "Text. The post Title appeared first on Site.",
        "Text. Then it was [&amp;#8230;]",
        "&lt;p&gt;Text.&lt;/p&gt;",
        "&amp;lt;p&amp;gt;Text.",
    ],
)
def test_text_comes_out_clean(markup: str) -> None:
    (entry,) = parse(rss(item(f"<![CDATA[{markup}]]>")))
    assert entry.text == "Text."


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://e.org/x">',
        '<!ATTLIST a b CDATA "<!--"><!ENTITY a "y"><!ATTLIST a c CDATA "-->">',
        '<!ENTITY a "y" <',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_declarations_are_refused_before_parsing(declaration: str, encoding: str) -> None:
    text = f"<!DOCTYPE rss [{declaration}]><rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
    assert "entities" in refused(text.encode(encoding)).what


def test_an_article_about_entities_is_no_attack() -> None:
    (entry,) = parse(rss(item("<![CDATA[Write &lt;!ENTITY a 'b'&gt; in the DOCTYPE.]]>")))
    assert "DOCTYPE" in entry.text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"<!doctype html><html><body>Hello</body></html>", "web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "no text"),
        (b"hello", "no feed"),
        (b"<note>hello</note>", "no feed"),
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "no entries"),
        (b'{"a": 1}', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger"),
        (b"<rss version='2.0'><channel><item>" + b"<a>" * 200 + b"</item></channel></rss>", "deep"),
        (rss(item("x" * 1_000_001)), "longer"),
        (rss("<item>" + "<a/>" * 100_000 + "</item>"), "elements"),
    ],
)
def test_what_is_no_feed_is_a_typed_error(data: bytes, word: str) -> None:
    assert word in refused(data).what


def test_odd_json_entries_are_passed_over() -> None:
    odd = (1, None, [], {"title": ["x"]}, {"id": {"a": 1}}, {"id": True, "title": "Good"})
    assert [entry.title for entry in parse(json_feed(*odd))] == ["Good"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("windows-1251", "windows-1251"), ("koi8-r", "koi8-r"), ("utf-8", "iso-8859-1"), ("utf-16", "utf-8")],
)
def test_encodings_are_told_apart_even_where_the_declaration_is_wrong(encoding: str, declared: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?>" + rss(item("Привет, мир.")).decode()
    assert parse(text.encode(encoding))[0].text == "Привет, мир."


def test_a_codec_that_is_no_encoding_is_not_run() -> None:
    data = b"<?xml version='1.0' encoding='zip'?>" + rss(item("Caf\u00e9.")).decode().encode("latin-1")
    assert parse(data)[0].text == "Café."


def test_a_damaged_feed_still_gives_its_entries() -> None:
    (entry,) = parse(rss(item("Fish & chips <br> are back.")))
    assert entry.text.startswith("Fish & chips")


def test_at_most_500_entries_are_read() -> None:
    entries = parse(rss("".join(item("D.", f"Title {n}") for n in range(700))))
    assert [entries[0].title, entries[-1].title, len(entries)] == ["Title 0", "Title 499", 500]


def test_an_entry_that_looks_like_a_path_reads_no_file() -> None:
    refused(b"/etc/hostname")
