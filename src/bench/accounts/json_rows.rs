//! Accounts from JSON: a list of flat objects whose fields are texts, numbers, or lists of them.
//! Must not round: a number is taken as the text that stands there, where it is whole.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::{Fault, Row, Table, check_columns, too_many};
use crate::bench::scenario::ACCOUNTS_MAX;

pub(super) fn read(text: &str) -> Result<Table, Fault> {
    serde_json::from_str(text).map_err(|e| {
        // The reason alone: the place is told in our own way.
        let said = e.to_string();
        let reason = said.rfind(" at line ").map_or(said.as_str(), |at| &said[..at]).to_owned();
        Fault { place: format!(", line {}, column {}", e.line(), e.column()), reason }
    })
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Rows)
    }
}

struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of accounts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Table, A::Error> {
        let mut table = Table { columns: Vec::new(), rows: Vec::new() };
        while let Some(()) = list.next_element_seed(OneRow(&mut table))? {
            if table.rows.len() > ACCOUNTS_MAX as usize {
                return Err(de::Error::custom(too_many()));
            }
        }
        Ok(table)
    }
}

/// Reads an account into the table; every account has the fields of the first.
struct OneRow<'a>(&'a mut Table);

impl<'de> de::DeserializeSeed<'de> for OneRow<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account: { \"user_id\": …, \"token\": …, \"ticket_user_ids\": […] }")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let table = self.0;
        let is_first = table.rows.is_empty();
        let mut cells: Vec<Option<String>> = vec![None; table.columns.len()];
        while let Some(name) = fields.next_key::<String>()? {
            let at = match table.columns.iter().position(|column| *column == name) {
                Some(at) => at,
                None if is_first => {
                    table.columns.push(name.clone());
                    check_columns(&table.columns).map_err(|(_, reason)| de::Error::custom(reason))?;
                    cells.push(None);
                    table.columns.len() - 1
                }
                None => return Err(de::Error::custom(format!("the first account has no field {name:?}"))),
            };
            if cells[at].replace(fields.next_value::<Cell>()?.0).is_some() {
                return Err(de::Error::custom(format!("the field {name:?} stands there twice")));
            }
        }
        let cells = cells.into_iter().map(Option::unwrap_or_default).collect();
        let row = Row::of_cells(&table.columns, cells).map_err(|(_, reason)| de::Error::custom(reason))?;
        table.rows.push(Row { place: format!(", account {}", table.rows.len() + 1), ..row });
        Ok(())
    }
}

/// A field as text; the entries of a list are joined with `;`.
struct Cell(String);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneCell)
    }
}

struct OneCell;

impl<'de> Visitor<'de> for OneCell {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, or a list of them")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell(text.to_owned()))
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell(number.to_string()))
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell(number.to_string()))
    }
    fn visit_unit<E: de::Error>(self) -> Result<Cell, E> {
        Ok(Cell(String::new()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Cell, A::Error> {
        let mut joined = String::new();
        while let Some(Cell(entry)) = entries.next_element()? {
            if !joined.is_empty() {
                joined.push(';');
            }
            joined.push_str(&entry);
        }
        Ok(Cell(joined))
    }
}
