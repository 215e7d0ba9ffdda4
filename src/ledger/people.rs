//! Invented people for accounts made in bulk: mobiles, names and identity numbers that look like the real ones.
//! Must not draw random numbers: everything follows from an id, so that a rehearsal can be repeated.

/// Mobile prefixes that bulk accounts use, the first that is free.
pub(super) const MOBILE_PREFIXES: [&str; 4] = ["199", "198", "191", "190"];

const SURNAMES: [&str; 16] =
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"];
const GIVEN: [&str; 16] =
    ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超"];
/// Area codes of identity numbers: districts of eight cities.
const AREAS: [u64; 8] = [110_101, 310_101, 440_103, 440_304, 330_106, 510_104, 420_106, 610_103];
/// Weights and check characters of GB 11643-1999 (ISO 7064 MOD 11-2).
const WEIGHTS: [u64; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Eleven digits while account ids have at most eight.
pub(super) fn mobile(prefix: &str, user: u64) -> String {
    format!("{prefix}{user:08}")
}

/// Three characters; names repeat, as names do.
pub(super) fn name(id: u64) -> String {
    let pick = |from: [&'static str; 16], nth: u64| from[usize::try_from(nth % 16).unwrap_or_default()];
    [pick(SURNAMES, id), pick(GIVEN, id / 16), pick(GIVEN, id / 256)].concat()
}

/// An 18-character identity number with a right check character; no two of 100 million ids in a row share one.
pub(super) fn identity_number(id: u64) -> String {
    let (sequence, day) = (id % 1_000, id / 1_000);
    let (month, year) = (day / 28, day / (28 * 12));
    let area = AREAS[usize::try_from(year / 40 % 8).unwrap_or_default()];
    let birth = (1965 + year % 40) * 10_000 + (1 + month % 12) * 100 + 1 + day % 28;
    let digits = format!("{area:06}{birth:08}{sequence:03}");
    let sum: u64 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    let check = CHECKS[usize::try_from(sum % 11).unwrap_or_default()];
    format!("{digits}{check}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_check_character_is_the_standard_s() {
        // The example of GB 11643-1999: 11010519491231002X.
        let sum: u64 = "11010519491231002".bytes().zip(WEIGHTS).map(|(d, w)| u64::from(d - b'0') * w).sum();
        assert_eq!(CHECKS[usize::try_from(sum % 11).unwrap()], 'X');
    }

    #[test]
    fn identity_numbers_do_not_repeat() {
        let many: HashSet<_> =
            (500_000_000..500_050_000).chain(510_000_000..510_050_000).map(identity_number).collect();
        assert_eq!(many.len(), 100_000);
        assert!(many.iter().all(|number| number.len() == 18));
    }

    #[test]
    fn a_mobile_has_eleven_digits() {
        assert_eq!(mobile("199", 1_000_000), "19901000000");
    }
}
