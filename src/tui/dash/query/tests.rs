//! What queries find, how they are written, and that no text harms them.
//! Must not test a screen.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    Compare, Digits, Facts, Measure, Query, Term, What,
    field::STANDINGS,
    parse::{SPAN_MS_MAX, UNITS},
    server_part::PAGE_ORDERS_MAX,
};
use crate::{
    client::OrderQuery,
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
        order::{OrderStatus, OrderVersion},
    },
    tui::{
        dash::{
            sale::Sale,
            sample::{SERVER_MS, busy, sale},
        },
        lang::Lang,
    },
    wire::{
        admin::{OrderLine, TicketLine},
        feed::Happening,
    },
};

fn query(text: &str) -> Query {
    text.parse().unwrap_or_else(|mistake| panic!("{text}: {mistake}"))
}

fn mistake(text: &str) -> String {
    text.parse::<Query>().expect_err(text).to_string()
}

/// Two tickets in row 12 of VIP, 380 together, of v4, made a minute ago.
fn order() -> OrderLine {
    let ticket = |col| TicketLine {
        seat_id: SeatId::new(5_000 + u64::from(col)).unwrap(),
        category_id: CategoryId::new(11).unwrap(),
        row: 12,
        col,
        price: Cents(19_000),
        ticket_user_id: TicketUserId::new(90).unwrap(),
    };
    OrderLine {
        order_number: OrderNumber::new(1_234_567_890).unwrap(),
        program_id: ProgramId::new(1).unwrap(),
        user_id: UserId::new(42).unwrap(),
        version: 4,
        status: 1,
        price: Cents(38_000),
        tickets: vec![ticket(7), ticket(8)],
        request_id: Some("key-77".to_owned()),
        created_at_ms: SERVER_MS - 60_000,
        hold_ends_at_ms: SERVER_MS + 30_000,
        paid_at_ms: None,
        closed_at_ms: None,
        closing: None,
    }
}

fn fits(text: &str) -> bool {
    let (line, sale) = (order(), sale(busy()));
    let standing = Happening::Created;
    query(text).holds(&Facts { line: &line, standing, reason: None, sale: &sale, server_ms: SERVER_MS })
}

#[test]
fn every_term_finds_its_order_and_no_other() {
    for text in [
        "",
        "status:unpaid",
        "status:paid,unpaid",
        "状态：未支付",
        "version:4",
        "version:v4",
        "user:42",
        "user:7,42",
        "program:1",
        "program:刘德华",
        "category:vip",
        "category:11",
        "票档：VIP，Gallery",
        "age>59s",
        "age<=1m",
        "price>=380",
        "price:380.00",
        "seats:2",
        "seats>1",
        "seat:12-7",
        "seat:1-1,12-8",
        "ends<1m",
        "ends>=30s",
        "order:1234567890",
        "order:123*",
        "order:*890",
        "12-7",
        "key-77",
        "\"演唱会北京\"",
        "-status:paid -user:43 age<2m version:4",
    ] {
        assert!(fits(text), "{text}");
        if !text.is_empty() && !text.contains(' ') {
            assert!(!fits(&format!("-{text}")), "-{text}");
        }
    }
    for text in [
        "status:paid",
        "status:queued,rejected",
        "version:3",
        "user:4",
        "program:2",
        "category:内场看台",
        "age<1m",
        "age>1m",
        "price>380",
        "seats:1",
        "seat:7-12",
        "ends<30s",
        "order:123",
        "order:*123",
        "nobody",
        "status:unpaid version:3",
    ] {
        assert!(!fits(text), "{text}");
    }
}

#[test]
fn what_is_printed_is_what_would_be_typed() {
    for (typed, printed) in [
        ("  Status:PAID,refunded   VERSION=v4 ", "status:paid,refunded version:4"),
        ("age>60s", "age>1m"),
        ("age:>=1m30s ends＜2时", "age>=90s ends<2h"),
        ("price>=380.5 seats：2", "price>=380.50 seats:2"),
        ("category:\"Front Row\",内场看台", "category:\"Front Row\",内场看台"),
        ("-“a:b” \"-x\" plain", "-\"a:b\" \"-x\" plain"),
        ("say\\ \"a \\\"b\\\" \\\\\"", "say\\ \"a \\\"b\\\" \\\\\""),
        ("order:12…", "order:12*"),
        ("状态:已支付", "status:paid"),
    ] {
        assert_eq!(query(typed).to_string(), printed);
        assert_eq!(query(printed), query(typed));
    }
}

#[test]
fn a_mistake_says_which_word_where_and_what_is_allowed() {
    let standings = "queued, unpaid, paid, cancelled, expired, refunded, rejected";
    for (text, words) in [
        (
            "version:4 status:upaid",
            format!(r#""upaid" at column 18 does not fit status: did you mean unpaid?; allowed: {standings}"#),
        ),
        ("status:", format!(r#""status:" at column 1 has no value yet; allowed: {standings}"#)),
        ("status:paid,", format!(r#""status:paid," at column 1 has no value yet; allowed: {standings}"#)),
        ("a user>5", r#""5" at column 8 does not fit: user takes no < or >; allowed: the number of an account"#.into()),
        (
            "age:5m",
            r#""5m" at column 5 does not fit: age takes < or >; allowed: a time after < or >: 30s, 5m, 2h"#.into(),
        ),
        ("price<5,6", r#""6" at column 9 is one value too many; allowed: one value after < or >"#.into()),
        ("-", r#""-" at column 1 has nothing after it; allowed: -status:paid, -text"#.into()),
        ("中文 \"a b", r#""\"a b" at column 4 is not closed; allowed: "some words""#.into()),
    ] {
        assert_eq!(mistake(text), words);
    }
    assert!(mistake("statsu:paid").contains("\"statsu\" at column 1 is not a field: did you mean status?"));
    assert!(mistake(":x").contains("\":x\" at column 1 is not a field; allowed: status, version"));
    for wrong in ["version:5", "user:x", "seat:12", "seat:a-b", "price:1.234", "seats:-1", "age<5", "age<", "order:1*2"]
    {
        assert!(wrong.parse::<Query>().is_err(), "{wrong}");
    }
    let chinese = "status:upaid".parse::<Query>().unwrap_err().words(Lang::Zh);
    assert_eq!(chinese, "第 8 列“upaid” 不是有效的 status 值：是否指 unpaid？");
}

#[test]
fn a_category_that_this_sale_does_not_have_is_a_mistake_but_not_before_the_sale_is_known() {
    let typed = "seats:2 category:Galery";
    let words = query(typed).check_names(typed, &sale(busy())).unwrap_err();
    assert_eq!(
        words.to_string(),
        r#""Galery" at column 18 is no category of this sale: did you mean Gallery?; allowed: VIP, 内场看台, Gallery"#
    );
    assert_eq!(query(typed).check_names(typed, &Sale::default()), Ok(()));
    for known in ["category:内场", "category:vip", "category:99", "program:hamlet", "program:3"] {
        assert_eq!(query(known).check_names(known, &sale(busy())), Ok(()), "{known}");
    }
}

#[test]
fn a_server_is_asked_for_what_it_can_filter() {
    let asked = |text: &str| query(text).asked_of_server(&sale(busy()), SERVER_MS);
    let all = OrderQuery { newest: true, limit: PAGE_ORDERS_MAX, ..OrderQuery::default() };
    assert_eq!(asked("free text price>3 -status:paid status:paid,unpaid"), all);
    assert_eq!(
        asked("status:expired,cancelled version:4 user:42 category:内场 age<10s age>2s"),
        OrderQuery {
            program: ProgramId::new(1),
            user: UserId::new(42),
            status: Some(OrderStatus::Cancelled),
            version: Some(OrderVersion::V4),
            category: CategoryId::new(12),
            made_after_ms: Some(SERVER_MS - 9_999),
            made_before_ms: Some(SERVER_MS - 2_000),
            ..all.clone()
        }
    );
    let one = OrderQuery { after: OrderNumber::new(76), before: OrderNumber::new(78), ..all.clone() };
    assert_eq!(asked("order:77"), one);
    assert_eq!(asked("program:hamlet").program, ProgramId::new(2));
    assert_eq!(asked("-age>=5m").made_after_ms, Some(SERVER_MS - 299_999));
    assert_eq!(asked("ends<1m").status, Some(OrderStatus::Unpaid));
}

/// What the server does with its part.
fn server_gives(asked: &OrderQuery, line: &OrderLine) -> bool {
    fn fits<T: PartialEq>(wanted: Option<T>, value: T) -> bool {
        wanted.is_none_or(|wanted| wanted == value)
    }
    fits(asked.program, line.program_id)
        && fits(asked.user, line.user_id)
        && fits(asked.status.map(OrderStatus::number), line.status)
        && fits(asked.version.map(OrderVersion::number), line.version)
        && asked.category.is_none_or(|id| line.tickets.iter().any(|ticket| ticket.category_id == id))
        && asked.made_after_ms.is_none_or(|ms| line.created_at_ms >= ms)
        && asked.made_before_ms.is_none_or(|ms| line.created_at_ms < ms)
        && asked.after.is_none_or(|number| line.order_number > number)
        && asked.before.is_none_or(|number| line.order_number < number)
}

fn texts() -> impl Strategy<Value = String> {
    let chars = select("ab1 \t-:,<>=\"\\“”…*：，＞中文支付".chars().collect::<Vec<_>>());
    prop_oneof![
        vec(chars, 1..8).prop_map(String::from_iter),
        select(vec!["VIP", "内场", "Gallery", "1", "12", "2026", "paid", "hamlet", "Front Row"])
            .prop_map(str::to_owned),
    ]
}

fn compares() -> impl Strategy<Value = Compare> {
    select(vec![Compare::Less, Compare::AtMost, Compare::More, Compare::AtLeast])
}

fn measures(values: impl Strategy<Value = i64> + Clone) -> impl Strategy<Value = Measure> {
    let one_of = vec(values.clone(), 1..3).prop_map(Measure::OneOf);
    prop_oneof![one_of, (compares(), values).prop_map(|(compare, limit)| Measure::Beyond(compare, limit))]
}

fn spans() -> impl Strategy<Value = i64> {
    prop_oneof![(0..200_i64).prop_map(|s| s * 1_000), (0..5_000_i64), Just(SPAN_MS_MAX), Just(UNITS[1].0 * 7)]
}

fn terms() -> impl Strategy<Value = Term> {
    let numbers = prop_oneof![1..40_u64, 1..(i64::MAX as u64)].prop_map(|n| OrderNumber::new(n).unwrap());
    let part = (0..2_000_u32).prop_map(|n| n.to_string());
    let digits =
        prop_oneof![numbers.prop_map(Digits::Whole), part.clone().prop_map(Digits::Start), part.prop_map(Digits::End)];
    let what = prop_oneof![
        vec(select(STANDINGS.to_vec()), 1..3).prop_map(What::Status),
        vec(select(OrderVersion::ALL.to_vec()), 1..3).prop_map(What::Version),
        vec((1..5_u64).prop_map(|id| UserId::new(id).unwrap()), 1..3).prop_map(What::User),
        vec(texts(), 1..3).prop_map(What::Program),
        vec(texts(), 1..3).prop_map(What::Category),
        vec((0..9_u32, 0..9_u32), 1..3).prop_map(What::Seat),
        vec(digits, 1..3).prop_map(What::Order),
        measures(0..100_000_i64).prop_map(What::Price),
        measures(0..5_i64).prop_map(What::Seats),
        (compares(), spans()).prop_map(|(compare, ms)| What::Age(compare, ms)),
        (compares(), spans()).prop_map(|(compare, ms)| What::Ends(compare, ms)),
        texts().prop_map(What::Text),
    ];
    (any::<bool>(), what).prop_map(|(negated, what)| Term { negated, what })
}

fn queries() -> impl Strategy<Value = Query> {
    vec(terms(), 0..4).prop_map(|terms| Query { terms })
}

prop_compose! {
    /// An order as the ledger has it.
    fn orders()(
        number in 1..40_u64, program in 1..4_u64, user in 1..5_u64, version in 1..=4_u8, standing in 0..5_usize,
        price in 0..100_000_i64, age in 0..400_000_i64, left in -10_000..200_000_i64,
        seats in vec((11..15_u64, 0..9_u32, 0..9_u32), 0..4),
    ) -> (OrderLine, Happening) {
        let (standing, status, closing) = [
            (Happening::Created, 1, None), (Happening::Cancelled, 2, Some("buyer")),
            (Happening::Expired, 2, Some("expired")), (Happening::Paid, 3, None), (Happening::Refunded, 4, None),
        ][standing];
        let tickets = seats.into_iter().map(|(category, row, col)| TicketLine {
            category_id: CategoryId::new(category).unwrap(), row, col, ..order().tickets[0].clone()
        });
        (OrderLine {
            order_number: OrderNumber::new(number).unwrap(),
            program_id: ProgramId::new(program).unwrap(),
            user_id: UserId::new(user).unwrap(),
            version, status,
            price: Cents(price),
            tickets: tickets.collect(),
            created_at_ms: SERVER_MS - age,
            hold_ends_at_ms: SERVER_MS + left,
            closing: closing.map(str::to_owned),
            ..order()
        }, standing)
    }
}

proptest! {
    #[test]
    fn a_printed_query_read_again_is_the_same(query in queries()) {
        let printed = query.to_string();
        prop_assert_eq!(printed.parse::<Query>(), Ok(query), "{}", printed);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in any::<String>()) {
        let _ = text.parse::<Query>().map_err(|mistake| mistake.words(Lang::Zh));
    }

    #[test]
    fn no_text_that_looks_like_a_query_makes_it_panic(
        parts in vec(select(vec![
            "status", "age", "seat", "order", "-", ":", "：", ">", "<=", "\"", "”", "\\", ",", " ", "9", "12-7", "5m", "*", "中",
            "99999999999999999999", "unpaid",
        ]), 0..12),
    ) {
        let text: String = parts.concat();
        match text.parse::<Query>() {
            Ok(query) => {
                let _ = query.check_names(&text, &sale(busy()));
                prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query));
            }
            Err(mistake) => prop_assert!(mistake.at <= text.chars().count(), "{mistake}"),
        }
    }

    #[test]
    fn whatever_fits_is_among_what_the_server_gives(query in queries(), (line, standing) in orders()) {
        let sale = sale(busy());
        let facts = Facts { line: &line, standing, reason: None, sale: &sale, server_ms: SERVER_MS };
        let asked = query.asked_of_server(&sale, SERVER_MS);
        prop_assert!(asked.newest && asked.limit == PAGE_ORDERS_MAX);
        if query.holds(&facts) {
            prop_assert!(server_gives(&asked, &line), "{query} asks for {asked:?}");
        }
    }

    #[test]
    fn a_query_that_the_server_can_answer_whole_needs_no_second_look(
        version in 1..=4_u8, user in 1..5_u64, program in 1..4_u64, category in 11..15_u64, span in 0..400_000_i64,
        compare in compares(), negated in any::<bool>(), which in 0..6_usize, (line, standing) in orders(),
    ) {
        let term = match which {
            0 => What::Version(vec![OrderVersion::from_number(version).unwrap()]),
            1 => What::User(vec![UserId::new(user).unwrap()]),
            2 => What::Program(vec![program.to_string()]),
            3 => What::Category(vec![category.to_string()]),
            4 => What::Status(vec![Happening::Paid]),
            _ => What::Age(compare, span),
        };
        let query = Query { terms: vec![Term { negated: negated && which == 5, what: term }] };
        let sale = sale(busy());
        let facts = Facts { line: &line, standing, reason: None, sale: &sale, server_ms: SERVER_MS };
        let asked = query.asked_of_server(&sale, SERVER_MS);
        prop_assert_eq!(query.holds(&facts), server_gives(&asked, &line), "{}", query);
    }
}
