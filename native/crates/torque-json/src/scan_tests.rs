//! Both searches are one scanner: the same trees, the same refusals at the same places.

use super::*;
use crate::Value;

/// What a walk over the whole text comes to: the tree, or the refusal.
fn walk(text: &str, search: Search) -> (Result<Value<'_>, JsonError>, usize, Option<JsonError>) {
    let mut scanner = Scanner::over(text, 6);
    scanner.search = search;
    let walked = scanner.value().and_then(|value| scanner.end().map(|()| value));
    (walked, scanner.position(), scanner.take_text_fault())
}

#[test]
fn both_searches_read_every_text_to_the_same_end() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\\n",
        "\\u00e9",
        "\\ud83d",
        "\\u0000",
        "12",
        "-0.5e3",
        "true",
        "null",
        " ",
        "\n        ",
        "\t",
        "\u{1}",
        "key",
        "\"label\":",
        "ü",
        "日本",
        "a text that is longer than one vector",
        "\"and one that is longer than two of the widest vectors, which are searched apart\"",
    ];
    let mut random = fastrand::Rng::with_seed(13);
    for _ in 0..30_000 {
        let text: String = (0..random.usize(0..40)).map(|_| pieces[random.usize(0..pieces.len())]).collect();
        assert_eq!(walk(&text, Search::Vector), walk(&text, Search::Portable), "{text}");
    }
}

#[test]
fn both_searches_read_sound_documents_and_their_beginnings_alike() {
    let mut random = fastrand::Rng::with_seed(14);
    for _ in 0..300 {
        let mut text = String::new();
        document(&mut random, 5, &mut text);
        assert!(walk(&text, Search::Vector).0.is_ok(), "{text}");
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let part = &text[..end];
            assert_eq!(walk(part, Search::Vector), walk(part, Search::Portable), "{part}");
        }
    }
}

fn document(random: &mut fastrand::Rng, depth: u8, out: &mut String) {
    let space = |random: &mut fastrand::Rng, out: &mut String| {
        let spaces = if random.bool() { 0 } else { random.usize(0..40) };
        out.extend((0..spaces).map(|_| [' ', '\n', '\t', '\r'][random.usize(0..4)]));
    };
    let string = |random: &mut fastrand::Rng, out: &mut String| {
        let parts = ["a", "Ü", "😀", "\\\"", "\\\\", "\\u00fc", "/", "longer text"];
        out.push('"');
        out.extend((0..random.usize(0..20)).map(|_| parts[random.usize(0..parts.len())]));
        out.push('"');
    };
    space(random, out);
    match random.u8(0..if depth == 0 { 3 } else { 5 }) {
        0 => out.push_str(["true", "false", "null"][random.usize(0..3)]),
        1 => out.push_str(&random.i32(..).to_string()),
        2 => string(random, out),
        kind => {
            let (open, close) = if kind == 3 { ('[', ']') } else { ('{', '}') };
            out.push(open);
            for at in 0..random.usize(0..5) {
                if at > 0 {
                    out.push(',');
                }
                if kind == 4 {
                    space(random, out);
                    string(random, out);
                    space(random, out);
                    out.push(':');
                }
                document(random, depth - 1, out);
            }
            space(random, out);
            out.push(close);
        }
    }
    space(random, out);
}
