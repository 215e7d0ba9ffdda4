//! What a line of the palette asks for.
//! Must not guess: a line says one thing or is refused with what it lacks.

use crate::{
    domain::ids::{OrderNumber, ProgramId},
    tui::{
        dash::{command::Command, commands::COMMANDS},
        lang::Lang,
        theme::Theme,
    },
};

/// A command with what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A command of the table.
    Command(Command),
    /// This theme.
    Theme(Theme),
    /// This language.
    Lang(Lang),
    /// Follow this program, or none.
    Follow(Option<ProgramId>),
    /// Look at this order.
    Order(OrderNumber),
}

impl Wish {
    /// Reads a line.
    pub fn parse(line: &str, lang: Lang) -> Result<Self, String> {
        let (name, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        match (name, rest.trim()) {
            ("", _) => Err(lang.pick("which command?", "哪个命令？").to_owned()),
            ("q" | "q!", "") => Ok(Self::Command(Command::Quit)),
            ("theme", rest) if !rest.is_empty() => {
                chosen(rest, Theme::ALL.map(Theme::word), Theme::named, lang).map(Self::Theme)
            }
            ("lang", rest) if !rest.is_empty() => {
                chosen(rest, Lang::ALL.map(Lang::word), Lang::named, lang).map(Self::Lang)
            }
            ("follow", "none") => Ok(Self::Follow(None)),
            ("follow", id) => match id.parse() {
                Ok(id) => Ok(Self::Follow(Some(id))),
                Err(_) => {
                    Err(lang.pick("follow takes a program's id, or none", "follow 后接节目编号或 none").to_owned())
                }
            },
            ("order", number) => match number.parse() {
                Ok(number) => Ok(Self::Order(number)),
                Err(_) => Err(lang.pick("order takes an order's number", "order 后接订单号").to_owned()),
            },
            (name, rest) => match COMMANDS.iter().find(|entry| entry.name == name) {
                Some(entry) if rest.is_empty() => Ok(Self::Command(entry.command)),
                Some(_) => Err(format!("{name} {}", lang.pick("takes nothing after it", "之后不接参数"))),
                None => Err(format!("{}{name}", lang.pick("there is no command ", "没有此命令："))),
            },
        }
    }
}

fn chosen<T, const N: usize>(
    word: &str,
    all: [&str; N],
    named: fn(&str) -> Option<T>,
    lang: Lang,
) -> Result<T, String> {
    named(word).ok_or_else(|| format!("{word}{}{}", lang.pick(" is not one of ", " 不在其中："), all.join(", ")))
}
