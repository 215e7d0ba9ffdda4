//! Files that must be read, and files with one mistake each that must be refused in the right words.
//! Must not write a file.

use std::{fs, path::PathBuf};

use super::*;
use crate::domain::{ids::SeatIx, program::Hall};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/import").join(name)
}

fn good(name: &str, over: &Overrides) -> (Format, Vec<Program>) {
    let bytes = fs::read(folder("valid").join(name)).unwrap();
    let (format, programs) = read(&bytes, None, over).unwrap_or_else(|error| panic!("{name}: {error}"));
    for program in &programs {
        is_sound(&program.hall);
    }
    assert_eq!(read(&bytes, Some(format), over).unwrap().1, programs, "{name} depends on whether its format is said");
    (format, programs)
}

/// What the rest of the house relies on: dense numbers, sorted rows, no row touching the next.
fn is_sound(hall: &Hall) {
    let mut next = 0;
    for category in &hall.categories {
        assert_eq!(category.first_seat, SeatIx(next));
        for pair in category.rows.windows(2) {
            let after = pair[0].first_col + pair[0].len;
            assert!((pair[0].row_code, after) < (pair[1].row_code, pair[1].first_col), "rows touch or are not sorted");
        }
        for row in &category.rows {
            assert_eq!(row.first_seat, SeatIx(next));
            assert!(row.len > 0);
            assert!(row.labels.as_ref().is_none_or(|labels| labels.seats.len() == row.len as usize));
            next += row.len;
        }
        assert_eq!(category.seats, next - category.first_seat.0);
    }
    for seat in 0..next {
        assert!(hall.place(SeatIx(seat)).is_some());
    }
}

fn shapes(program: &Program) -> Vec<Vec<(u32, u32, u32)>> {
    let rows =
        |c: &crate::domain::program::CategoryHall| c.rows.iter().map(|r| (r.row_code, r.first_col, r.len)).collect();
    program.hall.categories.iter().map(rows).collect()
}

fn totals(programs: &[Program]) -> (usize, usize, u32) {
    let categories = programs.iter().map(|program| program.hall.categories.len()).sum();
    (programs.len(), categories, programs.iter().map(|program| program.hall.seats()).sum())
}

#[test]
fn our_own_format_is_read_as_toml_and_as_json() {
    let (format, programs) = good("hall.toml", &Overrides::default());
    assert_eq!((format, totals(&programs)), (Format::Tpp, (2, 3, 260)));
    let hall = &programs[0];
    assert_eq!(hall.hall.categories[0].price, Cents(48_850));
    assert_eq!(shapes(hall)[0][9], (10, 1, 20));
    assert_eq!(shapes(hall)[1], [(11, 1, 10), (11, 12, 10), (12, 1, 10)], "neighbours are joined, a gap is not");
    assert_eq!((hall.real_name, hall.per_order_limit, hall.per_account_limit), (true, 4, 8));
    assert!(!hall.sale.is_open(Millis(1_899_999_999_999)) && hall.sale.is_open(Millis(1_900_000_000_000)));
    assert_eq!((programs[1].per_order_limit, programs[1].real_name, programs[1].permit_choose_seat), (6, false, true));
    assert_eq!(programs[1].hall.categories[0].id.get(), 9);
    assert_eq!(totals(&good("hall.json", &Overrides::default()).1), (1, 1, 3));
}

#[test]
fn the_originals_list_is_read_and_old_shows_are_on_sale() {
    let (format, programs) = good("list.json", &Overrides::default());
    assert_eq!((format, totals(&programs)), (Format::Damai, (3, 5, 84)));
    assert_eq!(shapes(&programs[0]), [vec![], vec![(1, 1, 10), (2, 1, 10), (3, 1, 10)]]);
    assert_eq!(shapes(&programs[1])[1], [(3, 1, 8), (3, 11, 6), (4, 1, 10)]);
    assert_eq!(programs[1].hall.categories[1].price, Cents(9_950));
    assert!(!programs[1].permit_choose_seat && programs[0].permit_choose_seat);
    assert!(programs.iter().all(|program| program.sale.is_open(Millis(4_000_000_000_000))));
    assert_eq!(programs[0].title, "春天的合唱");
}

#[test]
fn a_seating_plan_keeps_its_names_and_its_neighbours() {
    let over = Overrides {
        prices: vec![("Box".to_owned(), Cents(50_000))],
        price: Some(Cents(10_000)),
        id: ProgramId::new(77),
        title: Some("A play".to_owned()),
        ..Overrides::default()
    };
    let (format, programs) = good("plan.json", &over);
    assert_eq!((format, totals(&programs)), (Format::Pretix, (1, 3, 11)));
    let plan = &programs[0];
    assert_eq!((plan.id.get(), plan.title.as_str()), (77, "A play"));
    assert_eq!(shapes(plan), [vec![(1, 1, 4), (2, 1, 2), (2, 4, 2)], vec![(2, 3, 1), (3, 1, 2)], vec![]]);
    assert_eq!((plan.hall.categories[0].price, plan.hall.categories[1].price), (Cents(10_000), Cents(50_000)));
    let labels = plan.hall.categories[1].rows[0].labels.as_ref().unwrap();
    assert_eq!((labels.row.as_str(), labels.seats.as_slice()), ("Ground floor B", ["W".to_owned()].as_slice()));
}

#[test]
fn a_plan_without_prices_says_how_to_give_them() {
    let bytes = fs::read(folder("valid").join("plan.json")).unwrap();
    let error = read(&bytes, None, &Overrides::default()).unwrap_err().to_string();
    assert!(error.contains("category 1 (Stalls)") && error.contains("price=100"), "{error}");
    let over = Overrides { prices: vec![("Stals".to_owned(), Cents(1))], ..Overrides::default() };
    let error = read(&bytes, None, &over).unwrap_err().to_string();
    assert!(error.contains("Stals"), "{error}");
}

#[test]
fn what_is_said_beside_the_file_goes_over_it() {
    let over = Overrides {
        real_name: Some(true),
        permit_choose_seat: Some(true),
        per_order_limit: Some(3),
        per_account_limit: Some(9),
        opens_at: Some(Millis(5)),
        ..Overrides::default()
    };
    for program in good("list.json", &over).1 {
        assert!(program.real_name && program.permit_choose_seat);
        assert_eq!((program.per_order_limit, program.per_account_limit), (3, 9));
        assert!(!program.sale.is_open(Millis(4)));
    }
    let bytes = fs::read(folder("valid").join("list.json")).unwrap();
    for over in [
        Overrides { id: ProgramId::new(5), ..Overrides::default() },
        Overrides { title: Some("T".to_owned()), ..Overrides::default() },
        Overrides { price: Some(Cents(1)), ..Overrides::default() },
        Overrides { per_order_limit: Some(17), ..Overrides::default() },
    ] {
        assert!(read(&bytes, None, &over).is_err(), "{over:?} was accepted");
    }
}

/// Each file of `invalid` holds one mistake, and beside `must say:` the words that its error must hold.
#[test]
fn a_file_with_one_mistake_is_refused_with_its_place_and_reason() {
    let (over, plain) = (Overrides { price: Some(Cents(10_000)), ..Overrides::default() }, Overrides::default());
    let mut files = 0;
    for file in fs::read_dir(folder("invalid")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let words = text.lines().find_map(|line| line.split_once("must say: ")).expect("the words that it must say").1;
        let words = words.trim_end_matches([',', '"']).split("\", \"").next().unwrap().replace("\\\"", "\"");
        // Only plans take a price from beside the file.
        let is_plan = path.file_name().unwrap().to_string_lossy().starts_with("plan_");
        let error = read(text.as_bytes(), None, if is_plan { &over } else { &plain }).unwrap_err();
        let said = error.to_string();
        assert!(said.contains(&words), "{}: {said:?} does not hold {words:?}", path.display());
        assert!(!error.place.is_empty() && !error.reason.is_empty() && !said.contains('\n'), "{said:?}");
        files += 1;
    }
    assert!(files >= 55, "only {files} files were tried");
}

#[test]
fn what_is_not_text_is_refused() {
    let error = read(b"{\"programs\": \xff}", None, &Overrides::default()).unwrap_err();
    assert_eq!(error.place, "byte 13");
}

#[test]
fn any_cut_of_a_good_file_is_refused_whole() {
    for name in ["hall.json", "list.json"] {
        let bytes = fs::read(folder("valid").join(name)).unwrap();
        let end = bytes.trim_ascii_end().len();
        for cut in (0..end).step_by(7) {
            assert!(read(&bytes[..cut], None, &Overrides::default()).is_err(), "{name} cut at {cut} was accepted");
        }
    }
}

/// A document that states a fact about the formats is tried like a file.
#[test]
fn every_example_of_the_document_is_read() {
    let document = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/IMPORT.md");
    let text = fs::read_to_string(document).unwrap();
    let (over, plain) = (Overrides { price: Some(Cents(10_000)), ..Overrides::default() }, Overrides::default());
    let mut formats = Vec::new();
    for block in text.split("```toml\n").skip(1).chain(text.split("```json\n").skip(1)) {
        let example = block.split("```").next().unwrap();
        let over = if example.contains("\"zones\"") { &over } else { &plain };
        let (format, programs) =
            read(example.as_bytes(), None, over).unwrap_or_else(|error| panic!("{error} in\n{example}"));
        programs.iter().for_each(|program| is_sound(&program.hall));
        formats.push(format);
    }
    assert_eq!(formats, [Format::Tpp, Format::Tpp, Format::Damai, Format::Pretix]);
}
