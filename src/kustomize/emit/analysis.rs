//! Which styles a text can be written in: libyaml's rules, as go-yaml 2 has them
//! (<https://github.com/yaml/go-yaml/blob/v2.4.0/emitterc.go>, `yaml_emitter_analyze_scalar`).

/// A style of scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

#[derive(Debug, Default)]
struct Found {
    plain: bool,
    single: bool,
    block: bool,
}

/// Whether a text can stand without quotes in a block.
pub(in crate::kustomize) fn plain_is_allowed(text: &str) -> bool {
    analyse(text).plain
}

/// The style closest to the wanted one.
pub(super) fn choose(text: &str, wanted: Style, is_key: bool) -> Style {
    if is_key && text.is_empty() && wanted == Style::Plain {
        return Style::Single;
    }
    let found = analyse(text);
    let mut style = wanted;
    if style == Style::Plain && !found.plain {
        style = Style::Single;
    }
    if style == Style::Single && !found.single {
        style = Style::Double;
    }
    if style == Style::Literal && (!found.block || is_key) {
        style = Style::Double;
    }
    style
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is; everything beyond the basic plane is escaped.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// Characters that mean something at the beginning of a plain scalar.
const INDICATORS: &str = "#,[]{}&*!|>'\"%@`";

fn analyse(text: &str) -> Found {
    if text.is_empty() {
        return Found {
            plain: true,
            single: true,
            block: false,
        };
    }
    let mut indicator = text.starts_with("---") || text.starts_with("...");
    let (mut breaks, mut special) = (false, false);
    let (mut break_then_space, mut space_then_break) = (false, false);
    let mut previous: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let before_blank = characters.peek().is_none_or(|next| is_blank(*next));
        let after_blank = previous.is_none_or(|p| is_blank(p) || is_break(p) || p == '\0');
        indicator |= match c {
            ':' => before_blank,
            '?' | '-' if previous.is_none() => before_blank,
            '#' => after_blank,
            _ => previous.is_none() && INDICATORS.contains(c),
        };
        special |= !is_printable(c);
        if c == ' ' {
            break_then_space |= previous.is_some_and(is_break);
        } else if is_break(c) {
            breaks = true;
            space_then_break |= previous == Some(' ');
        }
        previous = Some(c);
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let at_edges = edge(text.chars().next()) || edge(previous);
    let hard = space_then_break || special;
    Found {
        plain: !(at_edges || break_then_space || hard || breaks || indicator),
        single: !(break_then_space || hard),
        block: !(previous == Some(' ') || hard),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_plain_when_nothing_in_them_means_anything() {
        for text in ["a", "a b", "a:b", "-a", "a#b", "é", "?x", ":x"] {
            assert!(plain_is_allowed(text), "{text}");
        }
        for text in [
            "a: b",
            "a:",
            "- a",
            "#a",
            "a #b",
            " a",
            "a ",
            "[a",
            "a\nb",
            "\u{1f600}",
            "a\tb",
        ] {
            assert!(!plain_is_allowed(text), "{text}");
        }
        assert_eq!(choose("a\nb", Style::Literal, false), Style::Literal);
        assert_eq!(choose("a \nb", Style::Literal, false), Style::Double);
        assert_eq!(choose("it's: x", Style::Plain, false), Style::Single);
    }
}
