//! Tests of reading accounts.
//! Must not need a server.

use super::*;

fn refusal(text: &str) -> String {
    let fault = Listed::parse(text.as_bytes()).unwrap_err();
    format!("file{}: {}", fault.place, fault.reason)
}

fn listed(text: &str) -> Accounts {
    Accounts::Listed(Listed::parse(text.as_bytes()).unwrap())
}

fn ids(accounts: &Accounts, at: u32, count: u32) -> Vec<u64> {
    accounts.ticket_users(at, count).into_iter().map(TicketUserId::get).collect()
}

#[test]
fn csv_and_json_give_the_same_accounts() {
    let csv = "\u{feff}user_id,token,ticket_user_ids,area\r\n7,t-7,1;2 3,\"north, left\"\r\n8,t-8,4,\r\n";
    let json = r#"[{"user_id": 7, "token": "t-7", "ticket_user_ids": ["1", 2, "3"], "area": "north, left"},
                   {"user_id": "8", "token": "t-8", "ticket_user_ids": "4", "area": null}]"#;
    for text in [csv, json] {
        let accounts = listed(text);
        assert_eq!((accounts.count(), accounts.user(0).get(), accounts.token(1)), (2, 7, "t-8"));
        assert_eq!((ids(&accounts, 0, 2), ids(&accounts, 1, 6)), (vec![1, 2], vec![4]));
        assert_eq!(accounts.cell(0, "area").as_deref(), Some("north, left"));
        assert_eq!((accounts.cell(1, "user").as_deref(), accounts.cell(1, "nowhere")), (Some("8"), None));
        assert!(accounts.holds(UserId::new(8).unwrap()) && !accounts.holds(UserId::new(9).unwrap()));
    }
}

#[test]
fn accounts_that_the_server_made_are_counted_from_the_first() {
    let made = AccountsMade {
        first_user_id: UserId::new(100).unwrap(),
        first_ticket_user_id: TicketUserId::new(500).unwrap(),
        ticket_users_each: 3,
        tokens: vec!["a".to_owned(), "b".to_owned()],
    };
    let accounts = Accounts::Made(made);
    assert_eq!((accounts.user(1).get(), accounts.token(1), ids(&accounts, 1, 2)), (101, "b", vec![503, 504]));
    assert!(accounts.holds(UserId::new(101).unwrap()) && !accounts.holds(UserId::new(102).unwrap()));
}

#[test]
fn ids_of_nineteen_digits_survive_as_text_and_as_numbers() {
    for text in ["user_id,token\n9223372036854775807,t\n", r#"[{"user_id": 9223372036854775807, "token": "t"}]"#] {
        assert_eq!(listed(text).user(0).get(), i64::MAX as u64);
    }
}

#[test]
fn a_file_that_is_wrong_is_refused_with_line_column_and_reason() {
    for (text, said) in [
        ("", "file: holds no account"),
        ("user_id,token\n", "file: holds no account"),
        ("[]", "file: holds no account"),
        ("user_id,token\n1,a\nx,b\n", "file, line 3, column 1: not a whole number"),
        ("user_id,token\n0,a\n", "file, line 2, column 1: an id lies between"),
        ("user_id,token\n1,a\n1,b\n", "file, line 3: user_id 1 stands in line 2 already"),
        ("user_id,token\n1\n", "file, line 2, column 1: 1 cells, the header has 2 columns"),
        ("user_id,token\n1,a,b\n", "file, line 2, column 2: 3 cells, the header has 2 columns"),
        ("user_id,token\n1,tökén\n", "file, line 2, column 2: the token cannot be sent"),
        ("user_id,token\n1,\"a\nb\"\n", "file, line 2, column 2: token holds a control character"),
        ("token,ticket_user_ids\na,1;x\n", "file, line 2, column 2: the ticket user \"x\" is no id"),
        ("token,ticket_user_ids\na,1;1\n", "file, line 2, column 2: the ticket user 1 stands there twice"),
        ("userId,token\n1,a\n", "file, line 1, column 1: the column userId is written user_id"),
        ("user_id,token,token\n1,a,b\n", "file, line 1, column 3: the column token stands there twice"),
        ("user_id,\n1,a\n", "file, line 1, column 2: \"\" is no name of a column"),
        ("[{\"user_id\": 1},\n {\"user_id\": 1.5}]", "file, line 2, column 16: invalid type: floating point"),
        ("[{\"user_id\": 1},\n {\"user\": 1}]", "file, line 2, column 8: the first account has no field \"user\""),
        ("[{\"user_id\": 1,\n\"user_id\": 2}]", "file, line 2, column 13: the field \"user_id\" stands there twice"),
        ("[{\"user_id\": true}]", "file, line 1, column 17: invalid type: boolean"),
        ("[{\"user_id\": 1}", "file, line 1, column 15: EOF while parsing a list"),
        ("[1]", "file, line 1, column 2: invalid type: integer"),
    ] {
        let refused = refusal(text);
        assert!(refused.starts_with(said), "{text:?}: {refused}");
    }
    let fault = Listed::parse(b"user_id\n1\n\xff\n").unwrap_err();
    assert_eq!((fault.place.as_str(), fault.reason.as_str()), (", line 3", "is not UTF-8"));
}

#[test]
fn no_token_and_no_password_is_ever_shown() {
    let accounts = listed("user_id,token,mobile,password\n1,secret-t,13800000000,secret-p\n");
    assert!(!format!("{accounts:?}").contains("secret"), "{accounts:?}");
}
