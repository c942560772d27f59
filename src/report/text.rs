//! Makes foreign text harmless: what a file or a user wrote may not steer a terminal or a log.

/// The text on one line, control and direction characters written out as `\u{1b}`.
pub(super) fn visible(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => result.push(' '),
            '\r' => {}
            c if is_steering(c) => result.extend(c.escape_unicode()),
            c => result.push(c),
        }
    }
    result
}

/// Source text for a picture: as many bytes as before, so that spans hold. Characters below U+0020 are left to the
/// renderer, which shows them as symbols of their own.
pub(super) fn drawable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            // Two bytes for two bytes: the second set of control characters, which some terminals obey.
            '\u{80}'..='\u{9f}' => '\u{b7}',
            // Three bytes for three bytes: line breaks to some programs, none to the renderer.
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
