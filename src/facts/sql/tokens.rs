//! The words, texts and signs of SQL.

use super::Token;

/// The tokens of a text, without comments.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '\'' => {
                let (text, length) = quoted(rest);
                // `'a' || 'b'` is one text.
                match found.as_slice() {
                    [.., Token::Text(_), Token::Sign('|'), Token::Sign('|')] => {
                        found.truncate(found.len() - 2);
                        if let Some(Token::Text(before)) = found.last_mut() {
                            before.push_str(&text);
                        }
                    }
                    _ => found.push(Token::Text(text)),
                }
                length
            }
            // A command of psql ends a statement, `\gexec` as much as `;`.
            '\\' => {
                found.push(Token::Sign(';'));
                1 + word_length(&rest[1..])
            }
            '$' => match dollar(rest) {
                // The body of a function is SQL too.
                Some((body, length)) => {
                    found.push(Token::Sign(';'));
                    found.extend(tokens(body));
                    found.push(Token::Sign(';'));
                    length
                }
                None => {
                    let length = 1 + word_length(&rest[1..]);
                    if length > 1 {
                        found.push(Token::Variable(rest[..length].to_owned()));
                    }
                    length
                }
            },
            ':' if rest.starts_with("::") => 2,
            ':' if rest.len() > 1 && !rest.starts_with(":=") => {
                let bare = rest[1..].trim_start_matches(['\'', '"']);
                let quotes = rest.len() - 1 - bare.len();
                let length = word_length(bare);
                if length == 0 {
                    1
                } else {
                    found.push(Token::Variable(format!(":{}", &bare[..length])));
                    (1 + 2 * quotes + length).min(rest.len())
                }
            }
            '"' => {
                let length = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
                found.push(Token::Word(rest[..length].trim_matches('"').to_lowercase()));
                length
            }
            _ if next.is_whitespace() => next.len_utf8(),
            _ => match word_length(rest) {
                0 => {
                    found.push(Token::Sign(next));
                    next.len_utf8()
                }
                length => {
                    found.push(Token::Word(rest[..length].to_lowercase()));
                    length
                }
            },
        };
        let mut length = length.max(1).min(rest.len());
        while !rest.is_char_boundary(length) {
            length += 1;
        }
        rest = &rest[length..];
    }
    found
}

fn word_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
        .count()
}

/// A text in quotes, doubled ones inside, and its length in bytes.
fn quoted(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match rest[at..].find('\'') {
            Some(found) if rest[at + found + 1..].starts_with('\'') => {
                text.push_str(&rest[at..at + found + 1]);
                at += found + 2;
            }
            Some(found) => {
                text.push_str(&rest[at..at + found]);
                return (text, at + found + 1);
            }
            None => {
                text.push_str(&rest[at..]);
                return (text, rest.len());
            }
        }
    }
}

/// What stands between `$tag$` and `$tag$`, and the length of all of it.
fn dollar(rest: &str) -> Option<(&str, usize)> {
    let tag = 1 + word_length(&rest[1..]) + 1;
    let open = rest.get(..tag).filter(|open| open.ends_with('$'))?;
    // `$1$` is no tag.
    if open.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let body = &rest[tag..];
    let length = body.find(open).unwrap_or(body.len());
    Some((&body[..length], (tag + length + tag).min(rest.len())))
}
