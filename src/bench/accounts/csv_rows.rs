//! Accounts from CSV: a header line, then one account a line.
//! Must not know what a column means.

use csv::{Reader, ReaderBuilder, StringRecord};

use super::{Fault, Row, Table, check_columns, too_many};
use crate::bench::scenario::ACCOUNTS_MAX;

pub(super) fn read(text: &str) -> Result<Table, Fault> {
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| broken(&e))?.clone();
    let columns: Vec<String> = header.iter().map(str::to_owned).collect();
    check_columns(&columns).map_err(|(at, reason)| Fault { place: place(1, at), reason })?;
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    while next(&mut reader, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != columns.len() {
            let (cells, wanted) = (record.len(), columns.len());
            let reason = format!("{cells} cells, the header has {wanted} columns");
            return Err(Fault { place: place(line, cells.min(wanted).saturating_sub(1)), reason });
        }
        if rows.len() == ACCOUNTS_MAX as usize {
            return Err(Fault { place: place(line, 0), reason: too_many() });
        }
        let cells = record.iter().map(str::to_owned).collect();
        let row = Row::of_cells(&columns, cells).map_err(|(at, reason)| Fault { place: place(line, at), reason })?;
        rows.push(Row { place: format!(", line {line}"), ..row });
    }
    Ok(Table { columns, rows })
}

fn next(reader: &mut Reader<&[u8]>, record: &mut StringRecord) -> Result<bool, Fault> {
    reader.read_record(record).map_err(|e| broken(&e))
}

fn broken(error: &csv::Error) -> Fault {
    let place = error.position().map_or_else(String::new, |at| format!(", line {}", at.line()));
    Fault { place, reason: error.to_string() }
}

fn place(line: u64, column: usize) -> String {
    format!(", line {line}, column {}", column + 1)
}
