//! The data folder: can it be written, how much room has it, how long does a commit to it take?
//! Must not leave anything behind.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::Check;

/// Commits timed: enough for a median, short enough for a slow disk.
const COMMITS: usize = 32;
/// About what a small commit writes.
const COMMIT_BYTES: usize = 4_096;
/// A slower disk makes every order of v1 to v3 wait noticeably.
const COMMIT_WANTED: Duration = Duration::from_millis(20);
/// A sale of a million orders with its journal stays below this.
const ROOM_MIB_WANTED: u64 = 1_024;

pub fn checks(data: &Path) -> Vec<Check> {
    // Before the first start the folder is not there yet: its nearest parent decides.
    let folder = data.ancestors().find(|f| f.is_dir()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let mut checks = vec![room(&folder)];
    checks.push(match time_commits(&folder) {
        Ok(took) => judge_commits(data, &folder, took),
        Err(e) => Check::broken(
            "data folder",
            format!("cannot write to {}: {e}", folder.display()),
            "choose a folder that can be written with --data DIR",
        ),
    });
    checks
}

/// Sorted times of [`COMMITS`] small synchronous writes.
fn time_commits(folder: &Path) -> io::Result<Vec<Duration>> {
    let scratch = folder.join(format!(".tpp-doctor-{}", std::process::id()));
    let result = write_and_time(&scratch);
    fs::remove_file(&scratch)?;
    result
}

fn write_and_time(scratch: &Path) -> io::Result<Vec<Duration>> {
    let mut file = File::create_new(scratch)?;
    let mut took = Vec::with_capacity(COMMITS);
    for _ in 0..COMMITS {
        let started = Instant::now();
        file.write_all(&[0; COMMIT_BYTES])?;
        file.sync_data()?;
        took.push(started.elapsed());
    }
    took.sort();
    Ok(took)
}

fn judge_commits(data: &Path, folder: &Path, took: Vec<Duration>) -> Check {
    let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
    let place = if data == folder { "writable" } else { "can be made" };
    let found = format!("{} {place}; a commit takes {median:.1?}, {worst:.1?} at worst", data.display());
    if median > COMMIT_WANTED {
        return Check::warning(
            "data folder",
            found,
            "a slow disk: v1 to v3 wait for it; --durability normal waits less",
        );
    }
    Check::ok("data folder", found)
}

fn room(folder: &Path) -> Check {
    let output = Command::new("df").arg("-Pk").arg(folder).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let free_kib = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free_kib.map(|kib| kib / 1024) {
        None => Check::ok("free space", "unknown"),
        Some(mib) if mib < ROOM_MIB_WANTED => {
            Check::warning("free space", format!("{mib} MiB"), "a long rehearsal may fill the disk")
        }
        Some(mib) => Check::ok("free space", format!("{mib} MiB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_folder_that_cannot_be_written_is_broken_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let good = checks(folder.path());
        assert!(good.iter().all(|c| c.verdict != Verdict::Broken), "{good:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(time_commits(Path::new("/proc/no-such-folder")).is_err());
    }

    #[test]
    fn a_slow_disk_is_a_warning() {
        let folder = Path::new("/x");
        assert_eq!(judge_commits(folder, folder, vec![Duration::from_millis(1)]).verdict, Verdict::Ok);
        assert_eq!(judge_commits(folder, folder, vec![Duration::from_millis(30)]).verdict, Verdict::Warning);
    }
}
