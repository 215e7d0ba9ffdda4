//! A sale as the web front end of the original plays it: its paths, its headers, its empty texts, its polling.
//! Every test runs for four versions and two engines.

use serde_json::{Value, json};
use tpp::domain::{order::OrderVersion, rejection::Rejection};

use crate::harness::{Answer, Case, Door, Hall, Office, every_order_case, wait::wait_for, wait_until};

every_order_case!(the_original_front_end_buys_pays_and_cancels);

const PASSWORD: &str = "一个密码 of-a-test";

/// The front end: everything behind `/damai/{service}`, a token on every call, also when there is none.
struct FrontEnd<'a> {
    door: &'a Door,
    token: String,
}

impl FrontEnd<'_> {
    #[track_caller]
    fn calls(&self, service: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("content-type", "application/json;charset=UTF-8"),
            ("no_verify", "true"),
            ("token", &*self.token),
            ("origin", "http://localhost:5173"),
        ];
        self.door.send("POST", &format!("/damai/{service}/{path}"), &headers, body.to_string().as_bytes())
    }

    #[track_caller]
    fn reads(&self, service: &str, path: &str, body: &Value) -> Value {
        self.calls(service, path, body).data()
    }

    /// Polls every 200 ms in a browser; here as soon as it likes.
    #[track_caller]
    fn sees_order(&self, number: &Value) {
        let body = json!({"orderNumber": number});
        let seen = wait_for("the poll to give the order number", || {
            let data = self.reads("order", "order/get/cache", &body);
            (!data.is_null() && data != json!("")).then_some(data)
        });
        assert_eq!(&seen, number);
    }
}

fn the_original_front_end_buys_pays_and_cancels(case: Case) {
    let office = Office::open(case.engine);
    let hall = office.program(&Hall::of(2, 5).and("380.50", 1, 5));
    let made = office.operator(
        "POST",
        "/api/v1/admin/accounts",
        &json!({"count": 1, "ticketUsersEach": 3, "password": PASSWORD}),
    );
    let user = made.json()["firstUserId"].as_str().unwrap().to_owned();
    let visitor = FrontEnd { door: office.door(), token: "undefined".to_owned() };
    let detail = visitor.reads("program", "program/detail", &json!({"id": hall.id()}));
    assert_eq!((&detail["permitChooseSeat"], &detail["preSell"]), (&json!("1"), &json!("0")));

    let buyer = signed_in(visitor, &user);
    let people = buyer.reads("user", "ticket/user/list", &json!({"userId": user}));
    let people: Vec<_> = people.as_array().unwrap().iter().map(|person| person["id"].clone()).collect();
    assert_eq!(people.len(), 3);
    let category = detail["ticketCategoryVoList"][1]["id"].clone();
    let order = json!({
        "programId": detail["id"], "userId": user, "ticketUserIdList": people[..2],
        "ticketCategoryId": category, "ticketCount": 2,
    });
    let path = format!("program/order/create/{}", case.version);
    let number = buyer.reads("program", &path, &order);
    if case.version == OrderVersion::V4 {
        buyer.sees_order(&number);
    }
    pays(&buyer, &number);
    wait_until("the payment to be seen", || {
        let check = json!({"orderNumber": number, "payChannelType": "1"});
        buyer.reads("order", "order/pay/check", &check)["orderStatus"] == json!("3")
    });

    let second = buyer.reads("program", &path, &order);
    if case.version == OrderVersion::V4 {
        buyer.sees_order(&second);
    }
    assert_eq!(buyer.reads("order", "order/cancel", &json!({"orderNumber": second})), json!(true));
    let list = buyer.reads("order", "order/select/list", &json!({"userId": user}));
    let statuses: Vec<_> = list.as_array().unwrap().iter().map(|order| order["orderStatus"].clone()).collect();
    assert_eq!(statuses, [json!("2"), json!("3")], "newest first");
}

fn signed_in<'a>(visitor: FrontEnd<'a>, user: &str) -> FrontEnd<'a> {
    let mobile = format!("199{user:0>8}");
    let login = |password: &str| {
        visitor.calls(
            "user",
            "user/login",
            &json!({"email": "", "mobile": mobile, "password": password, "code": "0001"}),
        )
    };
    assert_eq!(login("wrong").outcome(), Err(Rejection::WrongPassword));
    let login = login(PASSWORD).data();
    assert_eq!(login["userId"], json!(user));
    FrontEnd { token: login["token"].as_str().unwrap().to_owned(), ..visitor }
}

/// The pay page reads the order, starts the payment, and the browser sends the form that comes back.
fn pays(buyer: &FrontEnd<'_>, number: &Value) {
    let order = buyer.reads("order", "order/get", &json!({"orderNumber": number}));
    assert_eq!(order["orderPrice"], json!("761"));
    let person = &order["userAndTicketUserInfoVo"]["ticketUserInfoVoList"][0];
    let masked = person["idNumber"].as_str().unwrap();
    assert!(masked.contains('*') && person["relName"].as_str().unwrap().contains('*'), "not masked: {person}");
    let page = buyer.reads(
        "order",
        "order/pay",
        &json!({
            "platform": 3, "orderNumber": number, "subject": order["programTitle"], "price": order["orderPrice"],
            "channel": "alipay", "payBillType": 1,
        }),
    );
    let page = page.as_str().unwrap();
    let (action, fields) = form(page);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let here = format!("//{}", buyer.door.address());
    let path = action.split_once(&here).map(|(_, path)| path).unwrap_or_else(|| panic!("{action} leads elsewhere"));
    assert_eq!(buyer.door.post_form(path, &fields).status, 200, "{path} in {page}");
}

/// Where a page's form goes, and its hidden fields.
fn form(page: &str) -> (String, Vec<(String, String)>) {
    let after = |text: &str, mark: &str| {
        text.split(mark).nth(1).and_then(|rest| rest.split('"').next()).map(ToOwned::to_owned).unwrap_or_default()
    };
    let inputs = page.split("<input").skip(1);
    (after(page, "action=\""), inputs.map(|input| (after(input, "name=\""), after(input, "value=\""))).collect())
}

#[test]
fn a_token_ends_with_its_time() {
    let office = Office::open_with(crate::harness::Engine::Embedded, &["--token-ttl", "1s"]);
    let buyer = office.buyer();
    wait_until("the token to end", || {
        let answer = buyer.post("/order/select/list", &json!({"userId": buyer.user.to_string()}));
        answer.outcome() == Err(Rejection::TokenExpired)
    });
}
