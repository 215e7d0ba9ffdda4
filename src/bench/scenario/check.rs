//! What must hold between the keys of a scenario, and in which bounds a number must stay.
//! Must not look at how a value is written: its type in `quantity` refuses that.

use super::{
    ACCOUNTS_MAX, BUYERS_MAX, BuyerClass, CONNECTIONS_MAX, Choice, Dataset, LOOKS_MAX, Phase, READS_PER_S_MIN,
    SUBMITS_MAX, Scenario, complaint::Complaint,
};
use crate::{
    bench::{metric, quantity::Span},
    domain::{
        program::{HALL_SEATS_MAX, ORDER_TICKETS_MAX, ROW_SEATS_MAX},
        rejection::Rejection,
    },
};

/// Longest name of a scenario, a class or a category, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Refuses keys that have another name now, and says which.
pub(super) fn former_keys(text: &str) -> Result<(), Complaint> {
    let Ok(root) = toml::de::DeTable::parse(text) else { return Ok(()) };
    let Some(classes) = root.get_ref().get("buyers").and_then(|buyers| buyers.get_ref().as_array()) else {
        return Ok(());
    };
    for (at, class) in classes.iter().enumerate() {
        for key in ["retries", "retry_after"] {
            if class.get_ref().get(key).is_some() {
                let now = "is now part of `retry`: write retry = { policy = \"fixed\", times = 3, wait = \"100ms\" }";
                return Err(Complaint::new(&format!("buyers.{at}.{key}"), now));
            }
        }
    }
    Ok(())
}

impl Scenario {
    pub(super) fn check(&self) -> Result<(), Complaint> {
        named("name", &self.name)?;
        self.dataset.check()?;
        within("connections", self.connections as u64, 1, CONNECTIONS_MAX as u64)?;
        above_zero("request_timeout", self.request_timeout)?;
        self.hold.map_or(Ok(()), |hold| above_zero("hold", hold))?;
        if self.phases.is_empty() {
            return Err(Complaint::new("phases", "at least one [[phases]] is needed"));
        }
        if self.buyers.is_empty() || self.buyers.iter().all(|b| b.weight == 0) {
            return Err(Complaint::new("buyers", "at least one [[buyers]] with a weight above 0 is needed"));
        }
        for (at, class) in self.buyers.iter().enumerate() {
            let complaint = class.check(&self.dataset).err();
            let twice = || self.buyers[..at].iter().any(|other| other.name == class.name);
            let twice = twice().then(|| Complaint::new("name", "another class has this name: write a name of its own"));
            if let Some(complaint) = complaint.or(twice) {
                return Err(complaint.under(&format!("buyers.{at}")));
            }
        }
        for (at, threshold) in self.thresholds.iter().enumerate() {
            if metric::class(&threshold.metric).is_some_and(|name| !self.buyers.iter().any(|b| b.name == name)) {
                return Err(Complaint::new(&format!("thresholds.{at}"), "no [[buyers]] have this name"));
            }
        }
        self.check_steps()?;
        let traced = self.phases.iter().any(|phase| matches!(phase, Phase::Trace { .. }));
        if !traced {
            self.check_arrivals()?;
        }
        self.check_expectations()
    }

    /// How many come, once all traces are read.
    pub(super) fn check_arrivals(&self) -> Result<(), Complaint> {
        let buyers = self.buyers_planned();
        if !(1..=BUYERS_MAX).contains(&buyers) {
            let reason = format!("{buyers} buyers come in all phases, and between 1 and {BUYERS_MAX} may");
            return Err(Complaint::new("phases", &reason));
        }
        let submits = buyers * self.buyers.iter().map(|class| u64::from(class.submits)).max().unwrap_or(1);
        if self.expect.created_min.is_some_and(|orders| orders > submits) {
            let reason = format!("no more than {submits} orders can come of these phases: write a lower number");
            return Err(Complaint::new("expect.created_min", &reason));
        }
        Ok(())
    }

    fn check_expectations(&self) -> Result<(), Complaint> {
        for word in self.expect.rejected_min.keys() {
            if Rejection::from_word(word).is_none() {
                let reason = "no rejection has this word: write one as a report shows it, for example sold_out";
                return Err(Complaint::new(&format!("expect.rejected_min.{word}"), reason));
            }
        }
        let seats = self.dataset.seats();
        for (key, sold) in [("expect.sold_min", self.expect.sold_min), ("expect.sold", self.expect.sold)] {
            if self.dataset.programs.is_none() && sold.is_some_and(|sold| sold > seats) {
                return Err(Complaint::new(key, &format!("the hall has {seats} seats: write a lower number")));
            }
        }
        Ok(())
    }
}

impl Dataset {
    /// Seats of the hall that it lays out; none of a programme list.
    #[must_use]
    pub fn seats(&self) -> u64 {
        self.categories.iter().map(|c| u64::from(c.rows) * u64::from(c.seats_per_row)).sum()
    }

    fn check(&self) -> Result<(), Complaint> {
        within("dataset.accounts", u64::from(self.accounts), 1, u64::from(ACCOUNTS_MAX))?;
        within("dataset.per_order_limit", u64::from(self.per_order_limit), 1, u64::from(ORDER_TICKETS_MAX))?;
        within("dataset.per_account_limit", u64::from(self.per_account_limit), 1, u64::from(u32::MAX))?;
        if self.programs.is_some() != self.categories.is_empty() {
            let reason = "either `programs = \"FILE\"` or [[dataset.categories]], and not both";
            return Err(Complaint::new("dataset", reason));
        }
        if self.program.is_some() && self.programs.is_none() {
            let reason = "chooses a program of a list: write `programs = \"FILE\"` as well";
            return Err(Complaint::new("dataset.program", reason));
        }
        let mut seats = 0;
        for (at, category) in self.categories.iter().enumerate() {
            let key = |name: &str| format!("dataset.categories.{at}.{name}");
            named(&key("name"), &category.name)?;
            within(&key("rows"), u64::from(category.rows), 1, u64::from(HALL_SEATS_MAX))?;
            within(&key("seats_per_row"), u64::from(category.seats_per_row), 1, u64::from(ROW_SEATS_MAX))?;
            seats += u64::from(category.rows) * u64::from(category.seats_per_row);
            if seats > u64::from(HALL_SEATS_MAX) {
                let reason = format!("the hall has {seats} seats up to here, and at most {HALL_SEATS_MAX} may be");
                return Err(Complaint::new(&key("rows"), &reason));
            }
            if self.categories[..at].iter().any(|c| c.name == category.name) {
                return Err(Complaint::new(&key("name"), "another category has this name: write a name of its own"));
            }
        }
        Ok(())
    }
}

impl BuyerClass {
    fn check(&self, dataset: &Dataset) -> Result<(), Complaint> {
        named("name", &self.name)?;
        if self.pays.0 + self.cancels.0 > 1.0 + 1e-9 {
            let reason = format!("pays and cancels together are above 1: {} and {}", self.pays.0, self.cancels.0);
            return Err(Complaint::new("pays", &reason));
        }
        if (self.retry.times > 0 || self.double_submits.0 > 0.0) && !self.request_id {
            let reason = "repeats are only harmless with a request id: write `request_id = true`";
            return Err(Complaint::new("request_id", reason));
        }
        self.patience.map_or(Ok(()), |patience| above_zero("patience", patience))?;
        self.check_wishes(dataset)?;
        self.check_manners(dataset)
    }

    fn check_wishes(&self, dataset: &Dataset) -> Result<(), Complaint> {
        if self.quantity.values().all(|&weight| weight == 0) {
            return Err(Complaint::new("quantity", "at least one number of tickets needs a weight above 0"));
        }
        let most = self.quantity.keys().map(|t| u32::from(t.0)).max().unwrap_or(0);
        if most > dataset.per_order_limit {
            let limit = dataset.per_order_limit;
            return Err(Complaint::new("quantity", &format!("{most} tickets are above per_order_limit, {limit}")));
        }
        if self.front_rows > 0 && self.choice == Choice::Best {
            return Err(Complaint::new("front_rows", "only pickers look at rows: write `choice = \"pick\"` as well"));
        }
        if dataset.programs.is_none() {
            for name in self.categories.keys() {
                if !dataset.categories.iter().any(|c| &c.name == name) {
                    let named: Vec<&str> = dataset.categories.iter().map(|c| c.name.as_str()).collect();
                    let reason = format!("the hall has no such category, only {}", named.join(", "));
                    return Err(Complaint::new(&format!("categories.{name}"), &reason));
                }
            }
        }
        if !self.categories.is_empty() && self.categories.values().all(|&weight| weight == 0) {
            return Err(Complaint::new("categories", "at least one category needs a weight above 0"));
        }
        Ok(())
    }

    fn check_manners(&self, dataset: &Dataset) -> Result<(), Complaint> {
        within("looks", self.looks.len() as u64, 0, LOOKS_MAX)?;
        within("submits", u64::from(self.submits), 1, SUBMITS_MAX)?;
        if self.submits > dataset.accounts {
            let reason = format!("each submit has an account of its own, and there are {}", dataset.accounts);
            return Err(Complaint::new("submits", &reason));
        }
        if let Some(reads) = self.reads_per_s {
            within("reads_per_s", u64::from(reads), u64::from(READS_PER_S_MIN), u64::from(u32::MAX))?;
        }
        if let Some(address) = self.address.filter(|address| !address.is_loopback()) {
            let reason =
                format!("{address} is not an address of this machine alone: write one of 127.0.0.0/8, as 127.0.0.2");
            return Err(Complaint::new("address", &reason));
        }
        Ok(())
    }
}

fn named(key: &str, name: &str) -> Result<(), Complaint> {
    let length = name.chars().count();
    if (1..=NAME_CHARS_MAX).contains(&length) && !name.contains(|c: char| c.is_control() || c == '/') {
        return Ok(());
    }
    let reason = format!("{name:?} is not a name: write 1 to {NAME_CHARS_MAX} characters without / or line breaks");
    Err(Complaint::new(key, &reason))
}

fn above_zero(key: &str, span: Span) -> Result<(), Complaint> {
    if span.us() > 0 { Ok(()) } else { Err(Complaint::new(key, "no time at all: write a span above 0, as 500ms")) }
}

fn within(key: &str, value: u64, least: u64, most: u64) -> Result<(), Complaint> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Complaint::new(key, &format!("{value} is not between {least} and {most}")))
}
