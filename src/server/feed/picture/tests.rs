//! Pictures that are seen, told and resumed.
//! Must not open a server.

use super::*;
use crate::{server::feed::stage, wire::feed::SeatRun};

struct Scene {
    picture: Picture,
    stock: BTreeMap<ProgramId, ProgramStock>,
    numbers: Numbers,
    now: i64,
}

impl Scene {
    fn new() -> Self {
        let mut picture = Picture::new(0xabc);
        picture.follow(Arc::new(stage::program(&[4, 4])), &[]);
        Self { picture, stock: BTreeMap::new(), numbers: Numbers::default(), now: 10_000 }
    }

    fn sees(&mut self, seats: &[SeatState], news: &[OrderNews], left_out: u64) -> bool {
        let sight = Sight {
            now: Millis(self.now),
            numbers: self.numbers.clone(),
            stock: &self.stock,
            news,
            news_left_out: left_out,
            log: (Vec::new(), 0),
            seats: SeatSight::Seats(seats),
            wanted: false,
        };
        self.picture.see(&sight)
    }
}

fn frame(event: &Bytes) -> Frame {
    let text = std::str::from_utf8(event).unwrap();
    serde_json::from_str(text.split_once("data: ").unwrap().1.trim_end()).unwrap()
}

fn news(n: u64) -> OrderNews {
    let json = format!(
        r#"{{"atMs":{n},"what":"paid","order":{{"orderNumber":"{}","programId":"1","userId":"1","version":4,"status":3,
        "price":"1.00","tickets":[],"createdAtMs":1,"holdEndsAtMs":2}}}}"#,
        n + 1
    );
    serde_json::from_str(&json).unwrap()
}

const FREE: [SeatState; 8] = [SeatState::Available; 8];

fn held(seats: &[usize]) -> [SeatState; 8] {
    let mut states = FREE;
    seats.iter().for_each(|&seat| states[seat] = SeatState::Held);
    states
}

#[test]
fn nothing_new_is_not_told_until_a_second_has_passed() {
    let mut scene = Scene::new();
    assert!(scene.sees(&FREE, &[], 0));
    scene.now += 900;
    scene.numbers.cpu_s += 1.0;
    assert!(!scene.sees(&FREE, &[], 0), "time alone is not news");
    scene.now += 100;
    assert!(scene.sees(&FREE, &[], 0));
    assert_eq!(frame(&scene.picture.after(1)).numbers.cpu_s, 1.0);
    scene.numbers.requests += 1;
    assert!(scene.sees(&FREE, &[], 0));
    assert_eq!(scene.picture.sequence(), 3);
}

#[test]
fn who_is_behind_gets_one_frame_with_everything_since() {
    let mut scene = Scene::new();
    scene.sees(&FREE, &[], 0);
    for n in 0..100 {
        scene.sees(&held(&[n % 8]), &[news(n as u64)], 1);
    }
    let behind = frame(&scene.picture.after(1));
    assert_eq!((behind.whole, behind.sequence), (false, 101));
    assert_eq!((behind.orders.len(), behind.orders_left_out), (ORDER_NEWS_MAX, 200 - ORDER_NEWS_MAX as u64));
    assert_eq!(behind.orders.last().unwrap().at_ms, 99, "the newest");
    let seats = behind.followed.unwrap().seats;
    assert_eq!(seats, [SeatRun(0, 3, 1, 0), SeatRun(3, 1, 2, 0), SeatRun(4, 4, 1, 0)]);
    let step = frame(&scene.picture.after(100));
    assert_eq!((step.orders.len(), step.orders_left_out), (1, 1));
    assert_eq!(step.followed.unwrap().seats, [SeatRun(2, 1, 1, 0), SeatRun(3, 1, 2, 0)]);
}

#[test]
fn the_common_step_is_made_once() {
    let mut scene = Scene::new();
    scene.sees(&FREE, &[], 0);
    scene.sees(&held(&[1]), &[], 0);
    let (one, two) = (scene.picture.after(1), scene.picture.after(1));
    assert_eq!(one.as_ptr(), two.as_ptr(), "two copies of the same frame");
    scene.sees(&held(&[2]), &[], 0);
    assert_ne!(scene.picture.after(2), one);
}

#[test]
fn an_id_leads_back_only_to_a_picture_of_this_epoch() {
    let mut scene = Scene::new();
    scene.sees(&FREE, &[], 0);
    scene.sees(&held(&[1]), &[], 0);
    let text = String::from_utf8(scene.picture.whole().to_vec()).unwrap();
    assert!(text.starts_with("event: snapshot\nid: abc-2\ndata: {") && text.ends_with("}\n\n"), "{text}");
    assert_eq!((scene.picture.named("abc-1"), scene.picture.named("abc-2")), (Some(1), Some(2)));
    for id in ["abc-3", "abc-0", "abd-1", "abc", "", "abc--1", "x-1", "abc-1-1"] {
        assert_eq!(scene.picture.named(id), None, "{id:?}");
    }
}

#[test]
fn the_line_of_the_followed_program_agrees_with_its_seats() {
    let mut scene = Scene::new();
    let line = |available| {
        let json = format!(
            r#"{{"id":"1","title":"","actor":"","place":"","area":"","category":"","showTime":"","onSale":true,
            "closed":false,"opensAtMs":null,"closesAtMs":null,"realName":false,"permitChooseSeat":true,
            "perOrderLimit":6,"perAccountLimit":6,"total":8,"available":{available},"held":0,"sold":0}}"#
        );
        serde_json::from_str::<ProgramStock>(&json).unwrap()
    };
    scene.stock.insert(ProgramId::new(1).unwrap(), line(8));
    scene.sees(&held(&[1, 2]), &[], 0);
    let whole = frame(&scene.picture.whole());
    assert_eq!((whole.programs[0].available, whole.programs[0].held), (6, 2));
    let counts: u32 = whole.followed.unwrap().categories.iter().map(|category| category.held).sum();
    assert_eq!(counts, 2);
}
