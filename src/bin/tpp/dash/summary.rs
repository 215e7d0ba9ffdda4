//! A snapshot in a few aligned lines, for people who have no terminal to draw on.
//! Must not compute what the server does not say.

use tpp::{
    tui::{
        lang::Lang,
        text::{count, fitted, right, span, width},
    },
    wire::feed::{Followed, Frame, Numbers, ProgramStock},
};

/// Columns of the words at the left.
const LABEL: usize = 12;
/// Columns of a bar.
const BAR: usize = 24;

/// The lines.
pub fn summary(frame: &Frame, url: &str, lang: Lang) -> String {
    let mut lines = Vec::new();
    server(&mut lines, &frame.numbers, url, lang);
    let followed = frame.followed.as_ref();
    let program = followed.and_then(|followed| frame.programs.iter().find(|program| program.id == followed.id));
    if let Some(program) = program {
        lines.push(String::new());
        heading(&mut lines, program, lang);
    }
    if let Some(followed) = followed {
        categories(&mut lines, followed);
    }
    if frame.programs.len() > 1 || program.is_none() {
        let words = lang.pick("programs", "节目");
        lines.push(line(words, &count(frame.programs.len() as u64)));
    }
    lines.push(String::new());
    orders(&mut lines, &frame.numbers, lang);
    lines.join("\n") + "\n"
}

fn line(label: &str, text: &str) -> String {
    format!("{}{text}", fitted(label, LABEL)).trim_end().to_owned()
}

fn server(lines: &mut Vec<String>, numbers: &Numbers, url: &str, lang: Lang) {
    let up = if numbers.inventory.up { "" } else { lang.pick(", not answering", "，无响应") };
    let hours = numbers.uptime_s as u64 / 3_600;
    let minutes = numbers.uptime_s as u64 / 60 % 60;
    lines.push(line(
        lang.pick("server", "服务器"),
        &format!("{url}, {} {hours}:{minutes:02}", lang.pick("up", "已运行")),
    ));
    lines.push(line(
        lang.pick("engine", "引擎"),
        &format!(
            "{}{up}; {} {}, {} {}",
            numbers.inventory.engine,
            lang.pick("requests in flight", "处理中请求"),
            count(numbers.in_flight),
            lang.pick("refused", "已拒绝"),
            count(numbers.refused)
        ),
    ));
}

fn heading(lines: &mut Vec<String>, program: &ProgramStock, lang: Lang) {
    let sale = if program.on_sale { lang.pick("on sale", "在售") } else { lang.pick("not on sale", "未售") };
    lines.push(line(lang.pick("program", "节目"), &format!("{} {}, {sale}", program.id, program.title)));
    lines.push(line("", &format!("{} {}", program.place, program.show_time)));
    let counts = [
        (lang.pick("available", "可售"), program.available),
        (lang.pick("held", "锁定"), program.held),
        (lang.pick("sold", "已售"), program.sold),
    ];
    let counts = counts.map(|(words, seats)| format!("{} {words}", count(seats))).join("   ");
    lines.push(line(lang.pick("seats", "座位"), &format!("{counts}   / {}", count(program.total))));
}

/// One category a line: what is sold and held as a bar, then the counts.
fn categories(lines: &mut Vec<String>, followed: &Followed) {
    let name = followed.categories.iter().map(|category| width(&category.name)).max().unwrap_or(0).clamp(LABEL, 30);
    for category in &followed.categories {
        let counts = [category.available, category.held, category.sold].map(|seats| right(&count(seats.into()), 9));
        let bar = bar(category.sold.into(), category.held.into(), category.total.into());
        lines.push(format!("{} {bar}{}", fitted(&category.name, name), counts.concat()));
    }
}

/// Sold, then held, then free.
fn bar(sold: u64, held: u64, total: u64) -> String {
    let columns =
        |seats: u64| if total == 0 { 0 } else { (seats * BAR as u64).div_ceil(total).min(BAR as u64) as usize };
    let dark = columns(sold);
    let grey = columns(sold + held).saturating_sub(dark);
    format!("{}{}{}", "█".repeat(dark), "▒".repeat(grey), "░".repeat(BAR - dark - grey))
}

fn orders(lines: &mut Vec<String>, numbers: &Numbers, lang: Lang) {
    for (at, version) in numbers.versions.iter().enumerate().filter(|(_, version)| **version != Default::default()) {
        let words = format!(
            "{} {}{} {}{} {}",
            right(&count(version.placed), 9),
            lang.pick("placed", "已下单"),
            right(&count(version.rejected), 9),
            lang.pick("rejected", "已拒绝"),
            right(&count(version.failed), 9),
            lang.pick("failed", "失败")
        );
        lines.push(line(&format!("{} v{}", lang.pick("orders", "订单"), at + 1), &words));
    }
    let ends = numbers.ends;
    let ended = [
        (lang.pick("paid", "已支付"), ends.paid),
        (lang.pick("cancelled", "已取消"), ends.cancelled),
        (lang.pick("expired", "已过期"), ends.expired),
        (lang.pick("refunded", "已退款"), ends.refunded),
    ];
    let ended = ended.map(|(words, orders)| format!("{} {words}", count(orders))).join("   ");
    lines.push(line(lang.pick("ended", "终态"), &ended));
    let mut reasons: Vec<_> = numbers.rejections.iter().filter(|(_, times)| **times > 0).collect();
    reasons.sort_by_key(|(word, times)| (std::cmp::Reverse(**times), (*word).clone()));
    for (at, (word, times)) in reasons.into_iter().enumerate() {
        let label = if at == 0 { lang.pick("rejections", "拒绝原因") } else { "" };
        lines.push(line(label, &format!("{} {}", right(&count(*times), 9), word.replace('_', " "))));
    }
    let queue = match numbers.queue.depth {
        Some(depth) => format!("{} {}", right(&count(depth), 9), lang.pick("waiting", "等待")),
        None => lang.pick("the inventory does not say", "库存未响应").to_owned(),
    };
    lines.push(line(lang.pick("queue", "队列"), &queue));
    let commits = numbers.ledger.commits;
    let mean = numbers.ledger.commit.sum_us.checked_div(commits);
    let mean = mean.map_or_else(String::new, |us| format!(", {} {}", lang.pick("mean", "平均"), span(us)));
    lines.push(line(
        lang.pick("ledger", "账本"),
        &format!("{} {}{mean}", right(&count(commits), 9), lang.pick("commits", "次提交")),
    ));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tpp::wire::feed::{Frame, VersionNumbers};

    use super::*;

    #[test]
    fn a_bar_is_always_as_long() {
        for (sold, held, total) in [(0, 0, 0), (0, 0, 10), (1, 1, 100_000), (5, 5, 10), (10, 0, 10), (9, 9, 10)] {
            assert_eq!(width(&bar(sold, held, total)), BAR, "{sold} {held} {total}");
        }
        assert_eq!(bar(12, 6, 24), "████████████▒▒▒▒▒▒░░░░░░");
    }

    #[test]
    fn an_empty_server_is_summed_up_too() {
        let text = summary(&Frame::default(), "http://127.0.0.1:7878", Lang::En);
        assert!(text.contains("programs    0") && !text.contains("orders v1"), "{text}");
    }

    #[test]
    fn reasons_stand_with_the_most_frequent_first() {
        let mut frame = Frame::default();
        frame.numbers.versions[3] = VersionNumbers { placed: 1_200, rejected: 30, failed: 0 };
        frame.numbers.rejections = BTreeMap::from([("account_limit".to_owned(), 3), ("sold_out".to_owned(), 27)]);
        let text = summary(&frame, "http://127.0.0.1:7878", Lang::En);
        assert!(text.contains("orders v4       1,200 placed       30 rejected        0 failed"), "{text}");
        assert!(text.contains("rejections         27 sold out\n                    3 account limit"), "{text}");
    }
}
