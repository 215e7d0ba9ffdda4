//! The private server's life.
//! Must not end a process that a test did not start.

use std::{process::Stdio, time::Duration};

use super::{Command, Managed, SOCKET_PATH_BYTES_MAX, connect, last_words, prepared, sleep, socket_of, url_of};
use crate::inventory::Unavailable;

async fn ask<T: redis::FromRedisValue>(managed: &Managed, words: &[&str]) -> T {
    let mut cmd = redis::cmd(words[0]);
    cmd.arg(&words[1..]);
    cmd.query_async(&mut connect(&managed.socket).await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn it_keeps_its_data_over_a_stop_and_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let managed = Managed::start(folder.path()).await.unwrap();
    assert!(managed.url().starts_with("redis+unix:///"));
    ask::<()>(&managed, &["SET", "a", "1"]).await;
    managed.stop().await;
    let managed = Managed::start(folder.path()).await.unwrap();
    assert_eq!(ask::<String>(&managed, &["GET", "a"]).await, "1");
    assert_eq!(ask::<(String, String)>(&managed, &["CONFIG", "GET", "port"]).await.1, "0");
    managed.stop().await;
}

#[tokio::test]
async fn a_server_that_died_is_revived_with_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut managed = Managed::start(folder.path()).await.unwrap();
    ask::<()>(&managed, &["SET", "a", "1"]).await;
    let pid = managed.pid();
    managed.revive().await.unwrap();
    assert_eq!(managed.pid(), pid, "a running one is left alone");
    managed.child.kill().await.unwrap();
    assert!(!managed.is_running());
    managed.revive().await.unwrap();
    assert_ne!(managed.pid(), pid);
    assert_eq!(ask::<String>(&managed, &["GET", "a"]).await, "1");
}

#[tokio::test]
async fn a_server_that_outlived_its_owner_is_stopped_before_a_new_one_starts() {
    let folder = tempfile::tempdir().unwrap();
    let root = prepared(folder.path()).unwrap();
    // What is left when the owner is killed: a server that nobody will stop.
    let mut orphan = Command::new("redis-server")
        .args(["--port", "0", "--appendonly", "yes", "--save", ""])
        .arg("--unixsocket")
        .arg(root.join("redis.sock"))
        .arg("--dir")
        .arg(&root)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("these tests need redis-server");
    while connect(&root.join("redis.sock")).await.is_err() {
        sleep(Duration::from_millis(1)).await;
    }
    let managed = Managed::start(folder.path()).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), orphan.wait()).await;
    assert!(ended.expect("the orphan is still there").unwrap().success());
    ask::<()>(&managed, &["SET", "a", "1"]).await;
    managed.stop().await;
}

#[tokio::test]
async fn a_redis_of_another_folder_is_left_alone() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let managed = Managed::start(elsewhere.path()).await.unwrap();
    let root = prepared(folder.path()).unwrap();
    std::os::unix::fs::symlink(&managed.socket, root.join("redis.sock")).unwrap();
    let refused = Managed::start(folder.path()).await.unwrap_err();
    assert!(refused.to_string().contains("is not ours"), "{refused}");
    assert_eq!(ask::<String>(&managed, &["PING"]).await, "PONG");
}

#[tokio::test]
async fn a_folder_with_a_long_or_odd_name_works_too() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("a long %41 name? ".repeat(10)).join("#");
    let managed = Managed::start(&long).await.unwrap();
    assert!(managed.socket.as_os_str().len() <= SOCKET_PATH_BYTES_MAX);
    assert_ne!(managed.socket, managed.folder.join("redis.sock"));
    assert_eq!(ask::<String>(&managed, &["PING"]).await, "PONG");
    managed.stop().await;
    let odd = folder.path().join("50% off? #1");
    let managed = Managed::start(&odd).await.unwrap();
    assert_eq!(managed.socket, managed.folder.join("redis.sock"));
    assert_eq!(ask::<String>(&managed, &["PING"]).await, "PONG");
    managed.stop().await;
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let root = prepared(folder.path()).unwrap();
    std::fs::write(root.join("appendonlydir"), "in the way").unwrap();
    let refused = Managed::start(folder.path()).await.unwrap_err();
    assert!(matches!(&refused, Unavailable::Unreachable(why) if why.contains("its log ends with")), "{refused}");
    assert!(!last_words(&root).is_empty());
    let missing = super::not_started(&std::io::ErrorKind::NotFound.into());
    assert!(missing.contains("apt-get install redis-server"), "{missing}");
}

#[test]
fn the_socket_of_a_folder_is_always_the_same() {
    let deep = std::path::PathBuf::from(format!("/{}", "x".repeat(200)));
    assert_eq!(socket_of(&deep).unwrap(), socket_of(&deep).unwrap());
    assert_eq!(url_of("/a b/%.sock".as_ref()), "redis+unix:///a%20b/%25.sock");
}
