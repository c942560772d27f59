//! Dates as go-yaml reads them, written as Go writes them into JSON.

/// The date or date with time that a plain scalar is, in RFC 3339; `None` when it is a text
/// (<https://github.com/yaml/go-yaml/blob/v3.0.1/resolve.go>, `parseTimestamp`).
pub(super) fn parse(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let mut rest = Reader { text, at: 5 };
    let year: i16 = text[..4].parse().ok()?;
    let month = rest.number(1, 2)?;
    rest.take('-')?;
    let day = rest.number(1, 2)?;
    let date =
        jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let date = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    if rest.is_done() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let zoned = match rest.next()? {
        'T' | 't' => true,
        ' ' => false,
        _ => return None,
    };
    let hour = rest.number(1, 2).filter(|hour| *hour < 24)?;
    rest.take(':')?;
    let minute = rest.number(1, 2).filter(|minute| *minute < 60)?;
    rest.take(':')?;
    let second = rest.number(1, 2).filter(|second| *second < 60)?;
    let fraction = rest.fraction()?;
    let zone = if zoned { rest.zone()? } else { "Z".to_owned() };
    rest.is_done()
        .then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn is_done(&self) -> bool {
        self.at == self.text.len()
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let rest = &self.text[self.at..];
        let count = rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least {
            return None;
        }
        self.at += count;
        rest[..count].parse().ok()
    }

    /// A fraction of a second without its closing zeros; empty when there is none.
    fn fraction(&mut self) -> Option<String> {
        if !matches!(self.peek(), Some('.' | ',')) {
            return Some(String::new());
        }
        let rest = &self.text[self.at + 1..];
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 || count > 9 {
            return None;
        }
        self.at += count + 1;
        let digits = rest[..count].trim_end_matches('0');
        Some(if digits.is_empty() {
            String::new()
        } else {
            format!(".{digits}")
        })
    }

    fn zone(&mut self) -> Option<String> {
        match self.next()? {
            'Z' => Some("Z".to_owned()),
            sign @ ('+' | '-') => {
                let hours = self.number(2, 2).filter(|hours| *hours <= 24)?;
                self.take(':')?;
                let minutes = self.number(2, 2).filter(|minutes| *minutes < 60)?;
                if hours == 0 && minutes == 0 {
                    return Some("Z".to_owned());
                }
                Some(format!("{sign}{hours:02}:{minutes:02}"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_go_reads_them() {
        for (text, shown) in [
            ("2020-01-01", Some("2020-01-01T00:00:00Z")),
            ("2020-1-1", Some("2020-01-01T00:00:00Z")),
            (
                "2001-12-14t21:59:43.10-05:00",
                Some("2001-12-14T21:59:43.1-05:00"),
            ),
            ("2001-12-14 21:59:43", Some("2001-12-14T21:59:43Z")),
            ("2020-02-30", None),
            ("2020-01-01T00:00", None),
            ("2020-01-01x", None),
        ] {
            assert_eq!(parse(text).as_deref(), shown, "{text}");
        }
    }
}
