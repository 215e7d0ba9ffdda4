//! Tests of the lean connection against scripted sockets.
//! Must not need a server of ours.

use tokio::net::TcpListener;

use super::*;

/// Answers each request on one connection with the next script, in pieces, then closes.
async fn scripted(scripts: Vec<Vec<&'static [u8]>>) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/damai/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        for script in scripts {
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            for piece in script {
                stream.write_all(piece).await.unwrap();
                stream.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    Target::resolve(&url).unwrap()
}

#[tokio::test]
async fn two_requests_use_one_connection_and_pieces_are_joined() {
    let target = scripted(vec![
        vec![b"HTTP/1.1 200 OK\r\nconte", b"nt-length: 5\r\n\r\nhe", b"llo"],
        vec![b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"],
    ])
    .await;
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_form(&target.get("/a"), Some("t"), "");
    assert_eq!(connection.exchange().await.unwrap().body, b"hello");
    assert!(connection.reusable);
    let answer = connection.exchange().await.unwrap();
    assert_eq!((answer.status, answer.retry_after_s, answer.body), (503, Some(2), b"".as_slice()));
}

#[tokio::test]
async fn chunks_are_joined_wherever_they_are_cut() {
    let whole =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=1\r\npedia\r\n0\r\nA: b\r\n\r\n";
    let scripts = (1..whole.len()).map(|cut| vec![&whole[..cut], &whole[cut..]]).collect();
    let target = scripted(scripts).await;
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_form(&target.get("/a"), None, "");
    for cut in 1..whole.len() {
        assert_eq!(connection.exchange().await.unwrap().body, b"Wikipedia", "cut at {cut}");
        assert!(connection.reusable);
    }
}

#[tokio::test]
async fn an_answer_cut_short_is_an_error_and_ends_the_connection() {
    let target = scripted(vec![vec![b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel"]]).await;
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_form(&target.get("/a"), None, "");
    assert_eq!(connection.exchange().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert!(!connection.is_reusable());
}

#[tokio::test]
async fn connection_close_and_garbage_are_noticed() {
    let target = scripted(vec![vec![b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"]]).await;
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_form(&target.get("/a"), None, "");
    assert_eq!(connection.exchange().await.unwrap().body, b"ok");
    assert!(!connection.is_reusable());

    let target = scripted(vec![vec![b"SMTP nonsense\r\n\r\n"]]).await;
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_form(&target.get("/a"), None, "");
    assert_eq!(connection.exchange().await.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_request_is_one_piece_of_text_with_its_length() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap();
    let target = Target::resolve(&format!("http://{host}/damai")).unwrap();
    let mut connection = Connection::open(&target).await.unwrap();
    connection.compose_json(&target.post_json("/order/cancel"), Some("tok"), &serde_json::json!({"orderNumber": "7"}));
    let text = String::from_utf8(connection.request.clone()).unwrap();
    let expected = format!(
        "POST /damai/order/cancel HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nno_verify: true\r\n\
         token: tok\r\nContent-Length: 19\r\n\r\n{{\"orderNumber\":\"7\"}}"
    );
    assert_eq!(text, expected);
}

#[test]
fn a_request_goes_the_way_that_was_given_and_its_headers_replace_ours() {
    let headers = ["X-Key: k".to_owned(), "no_verify: false".to_owned()];
    let way = Way::new(Some("/damai/{service}"), &headers).unwrap();
    let target = Target::resolve("http://127.0.0.1:9/gate").unwrap().by(way);
    let text = String::from_utf8(target.post_json("/order/get").head).unwrap();
    let expected = "POST /gate/damai/order/order/get HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\
        Content-Type: application/json\r\nX-Key: k\r\nno_verify: false\r\n";
    assert_eq!(text, expected);
}

#[test]
fn only_plain_http_addresses_are_targets() {
    for bad in ["https://127.0.0.1:1", "127.0.0.1:1", "http://", "http://u@127.0.0.1", "http://127.0.0.1/?q"] {
        assert!(matches!(Target::resolve(bad), Err(TargetError::NotHttp(_))), "{bad} was taken");
    }
    assert!(Target::resolve("http://127.0.0.1").is_ok());
    assert!(Target::resolve("http://[::1]:80/x/").is_ok());
}
