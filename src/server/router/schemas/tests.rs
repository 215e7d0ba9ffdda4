//! Holds every schema to its wire type: a value made from the schema is read and written again with the same fields.
//! Must not know more of a type than its schema says.

use std::collections::BTreeSet;

use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::wire::{
    account::{Login, SignedIn, TicketUserView},
    admin::{
        AccountsMade, Environment, Imported, LifeStep, MakeAccounts, MaskedBuyer, OrderLife, OrderLine, ProgramLine,
        QueueAnswer, SaleChange, SeatDetail, TicketLine,
    },
    api::{AuditAnswer, OrderProgress, Problem, Reason},
    envelope::ArgumentError,
    order::{AccountCount, AccountCountAnswer, CreateOrder, OrderDetail, OrderRef, OrderSummary, PickedSeat, UserRef},
    pay::{MockNotice, MockPay, Pay, PayCheck, PayCheckAnswer},
    program::{CategoryStock, OfProgram, ProgramDetail, ProgramRef, SeatMap, SeatView},
};

/// A value with every field of a schema.
fn example(of: &str) -> Value {
    if let Some(of) = of.strip_suffix('?') {
        return example(of);
    }
    if let Some(of) = of.strip_prefix('[').and_then(|of| of.strip_suffix(']')) {
        return json!([example(of)]);
    }
    if let Some(of) = of.strip_prefix('{').and_then(|of| of.strip_suffix('}')) {
        return json!({ "one": example(of) });
    }
    match of {
        "id" | "num" | "money" => json!("7"),
        "text" => json!("text"),
        "bool" => json!(true),
        "int" => json!(7),
        "float" => json!(1.5),
        name => {
            let (_, fields) =
                TYPES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no type {name}"));
            let fields = fields.split_whitespace().map(|field| field.split_once(':').unwrap());
            let value = |name: &str, of: &str| match name {
                "state" if of == "text!" => json!("pending"),
                _ => example(of.trim_end_matches('!')),
            };
            fields.map(|(name, of)| (name.to_owned(), value(name, of))).collect::<Map<_, _>>().into()
        }
    }
}

/// All paths to a value's fields.
fn paths(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(format!("{at}.{name}"));
                paths(value, &format!("{at}.{name}"), into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| paths(value, &format!("{at}[]"), into)),
        _ => {}
    }
}

fn agrees<T: DeserializeOwned + Serialize>(name: &str) {
    let written = example(name);
    let read: T = serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    paths(&written, name, &mut before);
    paths(&serde_json::to_value(read).unwrap(), name, &mut after);
    assert_eq!(before, after, "the schema {name} and its type differ");
}

#[test]
fn every_schema_agrees_with_its_type() {
    macro_rules! agree {
        ($($name:ident)*) => { $( agrees::<$name>(stringify!($name)); )* };
    }
    agree! {
        CreateOrder PickedSeat OrderRef UserRef AccountCount AccountCountAnswer OrderSummary OrderDetail TicketUserView
        Login SignedIn ProgramRef OfProgram ProgramDetail CategoryStock SeatMap SeatView Pay PayCheck PayCheckAnswer
        MockPay MockNotice ArgumentError Problem OrderProgress Reason AuditAnswer Imported ProgramLine SaleChange
        MakeAccounts AccountsMade OrderLine TicketLine OrderLife MaskedBuyer LifeStep SeatDetail QueueAnswer Environment
    }
}
