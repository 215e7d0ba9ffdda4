//! Numbers on the wire: written as JSON strings, read from strings or numbers.
//! Must not round: a number is taken as the text that stands in the JSON.
//!
//! Use as `#[serde(with = "text")]`, `#[serde(default, with = "text::option")]`, `#[serde(default, with = "text::list")]`.
//! For `option`, `null` and the empty string mean none, as web clients of the original send them.

use std::{fmt, fmt::Display, marker::PhantomData, str::FromStr};

use serde::{
    Deserializer, Serializer,
    de::{self, SeqAccess, Visitor},
    ser::SerializeSeq,
};

/// Writes a value as a string.
///
/// # Errors
/// The serializer's.
pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Reads a value from a string or a number.
///
/// # Errors
/// When it is neither, or not a `T`.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(One(PhantomData))?.ok_or_else(|| de::Error::custom("a value is needed here"))
}

struct One<T>(PhantomData<T>);

impl<'de, T: FromStr<Err: Display>> Visitor<'de> for One<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a string that holds one")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<T>, E> {
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(E::custom) }
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<T>, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<T>, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<T>, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_none<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Values that may be absent.
pub mod option {
    use super::{Deserializer, Display, FromStr, One, PhantomData, Serializer};

    /// Writes a string, or null.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a string or a number; `null` and `""` are none.
    ///
    /// # Errors
    /// When it is something else.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(One(PhantomData))
    }
}

/// Lists of values.
pub mod list {
    use super::{
        Deserializer, Display, FromStr, One, PhantomData, SeqAccess, SerializeSeq, Serializer, Visitor, de, fmt,
    };

    /// Most entries read from one list: far above any order, far below a memory problem.
    pub const ENTRIES_MAX: usize = 10_000;

    /// Writes an array of strings.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Display, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            list.serialize_element(&value.to_string())?;
        }
        list.end()
    }

    /// Reads an array of strings or numbers; `null` is an empty list.
    ///
    /// # Errors
    /// When it is something else, or has an empty entry.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(Many(PhantomData))
    }

    struct Many<T>(PhantomData<T>);

    impl<'de, T: FromStr<Err: Display>> Visitor<'de> for Many<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of numbers, or of strings that hold one")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
            let mut values = Vec::new();
            while let Some(entry) = entries.next_element_seed(Seed(PhantomData))? {
                if values.len() == ENTRIES_MAX {
                    return Err(de::Error::custom("the list is too long"));
                }
                values.push(entry);
            }
            Ok(values)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }
    }

    struct Seed<T>(PhantomData<T>);

    impl<'de, T: FromStr<Err: Display>> de::DeserializeSeed<'de> for Seed<T> {
        type Value = T;
        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
            deserializer
                .deserialize_any(One(PhantomData))?
                .ok_or_else(|| de::Error::custom("an entry of the list is empty"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use crate::domain::ids::UserId;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Body {
        #[serde(with = "super")]
        user: UserId,
        #[serde(default, with = "super::option")]
        area: Option<UserId>,
        #[serde(default, with = "super::list")]
        people: Vec<UserId>,
    }

    #[test]
    fn strings_and_numbers_are_the_same_and_nineteen_digits_survive() {
        let a: Body = serde_json::from_str(r#"{"user":"9223372036854775807","area":"","people":["1",2]}"#).expect("a");
        let b: Body = serde_json::from_str(r#"{"user":9223372036854775807,"area":null,"people":[1,"2"]}"#).expect("b");
        assert_eq!(a, b);
        let text = serde_json::to_string(&a).expect("text");
        assert_eq!(text, r#"{"user":"9223372036854775807","area":null,"people":["1","2"]}"#);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for body in [
            r#"{"user":""}"#,
            r#"{"user":null}"#,
            r#"{"user":1.5}"#,
            r#"{"user":true}"#,
            r#"{"user":"9223372036854775808"}"#,
            r#"{"user":1,"people":[null]}"#,
            r#"{"user":1,"people":{}}"#,
        ] {
            assert!(serde_json::from_str::<Body>(body).is_err(), "{body} was accepted");
        }
    }
}
