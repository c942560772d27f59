//! What a schedule of cron means: which fields are wrong and how, and how far apart its times are.
//!
//! The rules are those of Kubernetes' CronJob: five fields, names of months and days, `0` for Sunday, and a day that fits
//! when either the day of the month or the day of the week does, unless one of them is `*`
//! (<https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>).

use crate::spec::names::Schedule;
use jiff::civil::Date;

/// A leap year is among so many days.
const DAYS: usize = 4 * 366;

/// One field: its name, its bounds, and the names of its values, the first of which is the smallest.
struct Field {
    name: &'static str,
    bounds: (u32, u32),
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        bounds: (0, 59),
        words: &[],
    },
    Field {
        name: "hour",
        bounds: (0, 23),
        words: &[],
    },
    Field {
        name: "day of the month",
        bounds: (1, 31),
        words: &[],
    },
    Field {
        name: "month",
        bounds: (1, 12),
        words: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    },
    Field {
        name: "day of the week",
        bounds: (0, 6),
        words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// The values of a field, and whether it was `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Values {
    set: Vec<u32>,
    any: bool,
}

/// A schedule that can be reckoned with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    fields: [Values; 5],
}

impl Cron {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong with the first wrong field, as a clause: lower case, no full stop.
    pub(super) fn parse(schedule: &Schedule) -> Result<Self, String> {
        let mut values = Vec::new();
        for (field, text) in FIELDS.iter().zip(schedule.split(' ')) {
            values.push(field.values(text)?);
        }
        let fields =
            <[Values; 5]>::try_from(values).map_err(|_| "a schedule has five fields".to_owned())?;
        let cron = Self { fields };
        match longest_gap(&[&cron]) {
            Some(_) => Ok(cron),
            None => Err("it never comes: no month has such a day".to_owned()),
        }
    }

    fn is_on(&self, date: Date) -> bool {
        let [_, _, days, months, weekdays] = &self.fields;
        let has = |values: &Values, value: i8| {
            u32::try_from(value).is_ok_and(|value| values.set.contains(&value))
        };
        let (day, weekday) = (
            has(days, date.day()),
            has(weekdays, date.weekday().to_sunday_zero_offset()),
        );
        let fits = if days.any || weekdays.any {
            day && weekday
        } else {
            day || weekday
        };
        fits && has(months, date.month())
    }

    /// The minutes of a day on which it comes.
    fn times(&self) -> impl Iterator<Item = u32> {
        let [minutes, hours, ..] = &self.fields;
        hours
            .set
            .iter()
            .flat_map(|hour| minutes.set.iter().map(move |minute| hour * 60 + minute))
    }
}

/// The longest time between two times of some schedules together, in seconds; none if they never come.
pub(super) fn longest_gap(schedules: &[&Cron]) -> Option<u32> {
    let first = jiff::civil::date(2027, 1, 1);
    let mut before: Option<u32> = None;
    let mut longest: Option<u32> = None;
    for (midnight, date) in (0..)
        .step_by(1440)
        .zip(first.series(jiff::Span::new().days(1)).take(DAYS))
    {
        let today = schedules.iter().filter(|cron| cron.is_on(date));
        let mut times: Vec<u32> = today.flat_map(|cron| cron.times()).collect();
        times.sort_unstable();
        for minute in times.into_iter().map(|time| midnight + time) {
            longest = before.map(|before| minute - before).max(longest);
            before = Some(minute);
        }
    }
    // What comes once in all these days comes again at the same time of the next ones.
    let once = 1440 * u32::try_from(DAYS).ok()?;
    before.map(|_| longest.unwrap_or(once) * 60)
}

impl Field {
    fn values(&self, text: &str) -> Result<Values, String> {
        let mut values = Values {
            set: Vec::new(),
            any: false,
        };
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(self.step(step)?)),
                None => (part, None),
            };
            let (low, high) = self.range(range, step.is_some())?;
            values.any |= range == "*" && step.is_none_or(|step| step == 1);
            values
                .set
                .extend((low..=high).step_by(step.unwrap_or(1) as usize));
        }
        values.set.sort_unstable();
        values.set.dedup();
        Ok(values)
    }

    /// The ends of `*`, `a-b` or `a`; with a step `a` goes on to the largest value.
    fn range(&self, text: &str, stepped: bool) -> Result<(u32, u32), String> {
        if text == "*" {
            return Ok(self.bounds);
        }
        let (low, high) = match text.split_once('-') {
            Some((low, high)) => (self.value(low)?, self.value(high)?),
            None => {
                let value = self.value(text)?;
                (value, if stepped { self.bounds.1 } else { value })
            }
        };
        if low > high {
            return Err(format!(
                "the {} `{text}` goes from a larger value to a smaller one",
                self.name
            ));
        }
        Ok((low, high))
    }

    fn step(&self, text: &str) -> Result<u32, String> {
        match text.parse() {
            Ok(step) if step >= 1 => Ok(step),
            _ => Err(format!(
                "the step `{text}` of the {} is not a number from 1",
                self.name
            )),
        }
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let (smallest, largest) = self.bounds;
        let named = self.words.iter().zip(smallest..);
        let word = named
            .into_iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text))
            .map(|(_, value)| value);
        word.or_else(|| text.parse().ok())
            .filter(|value| (smallest..=largest).contains(value))
            .ok_or_else(|| {
                let names = match (self.words.first(), self.words.last()) {
                    (Some(first), Some(last)) => format!(", or {first} to {last}"),
                    _ => String::new(),
                };
                format!(
                    "the {} `{text}` is not from {smallest} to {largest}{names}",
                    self.name
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(text: &str) -> Result<Cron, String> {
        Cron::parse(&Schedule::new(text).unwrap_or_else(|| panic!("{text} has the format")))
    }

    fn gap(texts: &[&str]) -> u32 {
        let parsed: Vec<Cron> = texts
            .iter()
            .map(|text| cron(text).unwrap_or_else(|error| panic!("{text}: {error}")))
            .collect();
        longest_gap(&parsed.iter().collect::<Vec<_>>()).expect("they come")
    }

    const HOUR: u32 = 3600;
    const DAY: u32 = 24 * HOUR;

    #[test]
    fn the_longest_time_between_two_times() {
        assert_eq!(gap(&["* * * * *"]), 60);
        assert_eq!(gap(&["7,22,37,52 * * * *"]), 15 * 60);
        assert_eq!(gap(&["*/15 8-17 * * MON-FRI"]), 2 * DAY + 14 * HOUR + 900);
        assert_eq!(gap(&["0 2 * * 0"]), 7 * DAY);
        assert_eq!(gap(&["0 2 * * 0", "0 2 * * 1-6"]), DAY);
        assert_eq!(gap(&["0 5 1 * *"]), 31 * DAY);
        // Of every second month only four have so many days; from July on it waits for January.
        assert_eq!(gap(&["0 0 31 */2 *"]), 184 * DAY);
        // Once in four years, on the 29th of February.
        assert_eq!(gap(&["0 0 29 2 *"]), 1464 * DAY);
    }

    #[test]
    fn either_day_is_enough_unless_one_of_them_is_any() {
        assert_eq!(gap(&["0 0 1 * 1"]), 7 * DAY);
        assert_eq!(gap(&["0 0 */1 * 1"]), 7 * DAY);
        // A step makes a restriction of a star, as in Kubernetes' own parser.
        assert_eq!(gap(&["0 0 */2 * 1"]), 2 * DAY);
    }

    #[test]
    fn what_is_wrong_is_said_of_its_field() {
        for (text, expected) in [
            ("60 2 * * 0", "the minute `60` is not from 0 to 59"),
            ("0 24 * * 0", "the hour `24` is not from 0 to 23"),
            ("0 2 0 * *", "the day of the month `0` is not from 1 to 31"),
            (
                "0 2 * 13 *",
                "the month `13` is not from 1 to 12, or JAN to DEC",
            ),
            (
                "0 2 * * 7",
                "the day of the week `7` is not from 0 to 6, or SUN to SAT",
            ),
            (
                "0 2 * * FUN",
                "the day of the week `FUN` is not from 0 to 6, or SUN to SAT",
            ),
            (
                "0 5-3 * * *",
                "the hour `5-3` goes from a larger value to a smaller one",
            ),
            (
                "*/0 * * * *",
                "the step `0` of the minute is not a number from 1",
            ),
            ("1,,2 * * * *", "the minute `` is not from 0 to 59"),
            ("0 0 31 2 *", "it never comes: no month has such a day"),
        ] {
            assert_eq!(cron(text).err().as_deref(), Some(expected), "{text}");
        }
    }
}
