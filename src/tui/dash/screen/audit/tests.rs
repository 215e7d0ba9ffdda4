//! The audit, drawn and used.

use super::*;
use crate::{
    domain::ids::OrderNumber,
    tui::{
        dash::{
            sale::Sale,
            screen::made_up::{busy, keep, snapshots, unfollowed, view},
        },
        lang::Lang,
        panel::drawing::spoken,
        theme::Theme,
    },
    wire::api::LawAnswer,
};

fn law(name: &str, verdict: &str, reason: Option<&str>) -> LawAnswer {
    let (law, verdict, reason) = (name.to_owned(), verdict.to_owned(), reason.map(str::to_owned));
    LawAnswer { law, words: String::new(), verdict, reason }
}

fn clean() -> AuditAnswer {
    let laws = laws::names().map(|name| law(name, "kept", None)).collect();
    AuditAnswer { clean: true, programs: 1, orders: 690, seats: 2_600, laws, findings: Vec::new() }
}

fn broken() -> AuditAnswer {
    let mut answer = clean();
    answer.clean = false;
    answer.laws[1] = law("L2", "broken", None);
    answer.laws[9] = law("L10", "unchecked", Some("the server does not keep what buyers were told"));
    let finding = |at: u64| FindingAnswer {
        law: "L2".to_owned(),
        program_id: ProgramId::new(1),
        order_number: OrderNumber::new(900_000 + at),
        detail: format!("seat {} (row 3, column {at}) is in the live orders {} and 900317", 5_080 + at, 900_000 + at),
    };
    answer.findings = (1..=14).map(finding).collect();
    answer
}

/// Asked, and answered after so many ms.
fn asked(sale: &Sale, answer: Result<AuditAnswer, String>) -> AuditScreen {
    let mut screen = AuditScreen::default();
    let mut then = view(sale);
    then.now_ms -= 2_000;
    assert_eq!(screen.obey(Command::Audit, &then), [Ask::Audit(ProgramId::new(1))]);
    assert_eq!(screen.obey(Command::Audit, &then), [], "once is enough");
    then.now_ms += 1_300;
    assert_eq!(screen.hear(&News::Audited(answer.map(Box::new)), &then), []);
    screen
}

fn kept(name: &str, size: (u16, u16), lang: Lang, screen: &AuditScreen, view: &View<'_>) {
    keep(name, &spoken(size, Theme::Normal, lang, |area, sheet| screen.draw(view, area, sheet)));
}

#[test]
fn all_laws_are_kept() {
    let sale = busy();
    let screen = asked(&sale, Ok(clean()));
    snapshots("audit_clean", Lang::En, |area, sheet| screen.draw(&view(&sale), area, sheet));
    kept("audit_clean_zh_78x22", (78, 22), Lang::Zh, &screen, &view(&sale));
}

#[test]
fn laws_are_broken() {
    let sale = busy();
    let mut screen = asked(&sale, Ok(broken()));
    screen.obey(Command::Down, &view(&sale));
    snapshots("audit_broken", Lang::En, |area, sheet| screen.draw(&view(&sale), area, sheet));
    kept("audit_broken_zh_78x22", (78, 22), Lang::Zh, &screen, &view(&sale));
    screen.obey(Command::Open, &view(&sale));
    kept("audit_finding_60x12", (60, 12), Lang::En, &screen, &view(&sale));
    let copied = "L2: seat 5082 (row 3, column 2) is in the live orders 900002 and 900317, program 1, order 900002";
    assert_eq!(screen.copied(&view(&sale)).as_deref(), Some(copied));
    screen.obey(Command::Back, &view(&sale));
    assert!(screen.opened(&view(&sale)).is_none());
}

#[test]
fn laws_are_unveiled_one_after_another_unless_a_key_is_pressed() {
    let sale = busy();
    let mut screen = asked(&sale, Ok(clean()));
    let mut early = view(&sale);
    early.now_ms -= 700 - 200;
    assert_eq!((screen.unveiled(&early), screen.unveiling(&early)), (4, true));
    kept("audit_unveiling_78x22", (78, 22), Lang::En, &screen, &early);
    screen.obey(Command::Down, &early);
    assert!(!screen.unveiling(&early));
}

#[test]
fn before_while_and_when_it_failed() {
    let sale = busy();
    let mut screen = AuditScreen::default();
    kept("audit_never_78x22", (78, 22), Lang::En, &screen, &view(&sale));
    screen.obey(Command::Audit, &view(&sale));
    let mut later = view(&sale);
    later.now_ms += 4_300;
    kept("audit_running_78x22", (78, 22), Lang::En, &screen, &later);
    screen.hear(&News::Audited(Err("the server does not answer".to_owned())), &later);
    kept("audit_failed_78x22", (78, 22), Lang::En, &screen, &later);
    later.replay = true;
    kept("audit_replay_40x6", (40, 6), Lang::En, &screen, &later);
    assert_eq!(screen.obey(Command::Audit, &later), [], "nobody can be asked in a replay");
}

#[test]
fn the_scope_is_the_followed_program_or_all() {
    let sale = busy();
    let mut screen = AuditScreen::default();
    screen.obey(Command::Right, &view(&sale));
    assert_eq!(screen.obey(Command::Audit, &view(&sale)), [Ask::Audit(None)]);
    let none = unfollowed();
    assert_eq!(AuditScreen::default().obey(Command::Audit, &view(&none)), [Ask::Audit(None)]);
}
