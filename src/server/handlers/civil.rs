//! Dates as the original shows them: `yyyy-MM-dd HH:mm:ss`, UTC+8, and the day of the week in Chinese.
//! Must not read a clock.

use crate::domain::ids::Millis;

/// China has one time zone, without summer time.
const OFFSET_S: i64 = 8 * 60 * 60;
const DAY_S: i64 = 24 * 60 * 60;
const WEEKDAYS: [&str; 7] = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

/// A moment as `yyyy-MM-dd HH:mm:ss`, UTC+8.
#[must_use]
pub fn date_time(moment: Millis) -> String {
    let seconds = moment.0.div_euclid(1_000).saturating_add(OFFSET_S);
    let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The same, or nothing where there is no moment.
#[must_use]
pub fn date_time_or_empty(moment: Option<Millis>) -> String {
    moment.map(date_time).unwrap_or_default()
}

/// `周四` for a text that begins with `yyyy-MM-dd`; empty for any other.
#[must_use]
pub fn weekday(date: &str) -> &'static str {
    let number = |from: usize, to: usize| date.get(from..to).and_then(|part| part.parse::<i64>().ok());
    match (number(0, 4), number(5, 7), number(8, 10)) {
        (Some(year), Some(month @ 1..=12), Some(day @ 1..=31)) => {
            // Day 0, 1970-01-01, was a Thursday.
            let at = (days_before(year, month, day) + 4).rem_euclid(7);
            WEEKDAYS.get(usize::try_from(at).unwrap_or_default()).copied().unwrap_or_default()
        }
        _ => "",
    }
}

/// Days from 1970-01-01. Years begin in March here, so that the leap day is a year's last; 400 years are 146,097 days.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // 153 days are five months from March, July or December on: 31, 30, 31, 30, 31.
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse: year, month, day.
fn date_of(days: i64) -> (i64, i64, i64) {
    let (era, of_era) = ((days + 719_468).div_euclid(146_097), (days + 719_468).rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    if month < 10 { (era * 400 + year, month + 3, day) } else { (era * 400 + year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_in_chinese_time() {
        // Reference values of `TZ=Asia/Shanghai date -d @N`.
        for (seconds, shown) in [
            (0, "1970-01-01 08:00:00"),
            (951_782_400, "2000-02-29 08:00:00"),
            (1_704_038_399, "2023-12-31 23:59:59"),
            (1_704_038_400, "2024-01-01 00:00:00"),
            (1_709_222_400, "2024-03-01 00:00:00"),
            (4_107_513_599, "2100-02-28 23:59:59"),
            (4_107_513_600, "2100-03-01 00:00:00"),
            (-28_801, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(date_time(Millis(seconds * 1_000 + 999)), shown);
        }
        assert_eq!(date_time_or_empty(None), "");
    }

    #[test]
    fn every_day_of_eight_centuries_leads_back_to_itself() {
        for days in -146_097..146_097 {
            let (year, month, day) = date_of(days);
            assert_eq!(days_before(year, month, day), days, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn a_date_has_its_weekday() {
        for (date, day) in [
            ("2024-07-21 20:00:00", "周日"),
            ("2031-05-01 19:30:00", "周四"),
            ("1970-01-01", "周四"),
            ("", ""),
            ("2024-13-01", ""),
        ] {
            assert_eq!(weekday(date), day, "{date}");
        }
    }
}
