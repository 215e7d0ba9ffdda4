//! Secrets kept in the data folder: made once from the system's randomness, mode 0600, refused when others can read them.
//! Must not print a secret.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::server::gate::seal::to_hex;

/// Shortest secret accepted from a file.
pub const SECRET_BYTES_MIN: usize = 16;
/// Longest secret accepted from a file.
pub const SECRET_BYTES_MAX: u64 = 4_096;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file could not be read or written.
    #[error("{}: {cause}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Others than the owner may use the file.
    #[error("{} is open to others (mode {mode:03o}): run chmod 600 on it, and change the secret if it may be known", file.display())]
    OpenToOthers {
        /// Which.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file's content is no secret.
    #[error("{} holds no secret: it must be 16 to 4096 visible ASCII characters; remove the file to get a new one", file.display())]
    NoSecret {
        /// Which.
        file: PathBuf,
    },
}

/// The secret of this name in the folder; made when there is none. When two processes make it at once, one wins and
/// both get the winner's.
///
/// # Errors
/// [`SecretError`], in words for the operator.
pub fn load_or_make(folder: &Path, name: &str) -> Result<String, SecretError> {
    let file = folder.join(name);
    match load(&file) {
        Err(SecretError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {}
        loaded => return loaded,
    }
    make(folder, name).map_err(|cause| SecretError::File { file: file.clone(), cause })?;
    load(&file)
}

fn load(file: &Path) -> Result<String, SecretError> {
    let failed = |cause| SecretError::File { file: file.to_owned(), cause };
    let open = File::open(file).map_err(failed)?;
    let mode = open.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::OpenToOthers { file: file.to_owned(), mode });
    }
    let mut bytes = Vec::new();
    open.take(SECRET_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    let secret = bytes.trim_ascii();
    if secret.len() < SECRET_BYTES_MIN || !secret.iter().all(u8::is_ascii_graphic) {
        return Err(SecretError::NoSecret { file: file.to_owned() });
    }
    Ok(String::from_utf8_lossy(secret).into_owned())
}

/// Writes a whole file under a passing name and links it, so that no half-written secret is ever seen.
fn make(folder: &Path, name: &str) -> io::Result<()> {
    let mut random = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let passing = folder.join(format!(".{name}.{}", to_hex(&random[..4])));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passing)?;
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    writeln!(file, "{}", to_hex(&random))?;
    file.sync_all()?;
    let linked = match fs::hard_link(&passing, folder.join(name)) {
        Err(exists) if exists.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    fs::remove_file(&passing)?;
    linked?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_for_the_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = load_or_make(folder.path(), "secret").unwrap();
        assert_eq!(first.len(), 64);
        assert_eq!(load_or_make(folder.path(), "secret").unwrap(), first);
        assert_ne!(load_or_make(folder.path(), "other").unwrap(), first);
        let mode = fs::metadata(folder.path().join("secret")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a passing file was left behind");
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        load_or_make(folder.path(), "secret").unwrap();
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(folder.path().join("secret"), fs::Permissions::from_mode(mode)).unwrap();
            let error = load_or_make(folder.path(), "secret").unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn an_empty_or_binary_file_is_not_a_secret_and_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for content in [
            &b""[..],
            b"short",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            b"with a space in it, long enough",
        ] {
            fs::write(&file, content).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(load_or_make(folder.path(), "secret"), Err(SecretError::NoSecret { .. })));
            assert_eq!(fs::read(&file).unwrap(), content);
        }
    }

    #[test]
    fn two_who_make_it_at_once_get_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let makers: Vec<_> =
                (0..8).map(|_| scope.spawn(|| load_or_make(folder.path(), "secret").unwrap())).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| secret == &secrets[0]));
    }
}
