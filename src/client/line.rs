//! How a connection stands: from which address it comes, and how fast it reads.
//! Must not know what is said over it.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::net::{TcpSocket, TcpStream};

/// Receive buffer of a slow reader: with a larger one the system reads ahead for it.
const SLOW_BUFFER_BYTES: u32 = 4 << 10;
/// A slow reader takes its share this often in a second.
const SIPS_PER_S: u32 = 20;

/// A line. The default comes from wherever the system says and reads as fast as it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Source address.
    pub from: Option<IpAddr>,
    /// Bytes per second.
    pub reads_per_s: Option<u32>,
}

impl Line {
    /// Connects to the first of these addresses that answers, without delay of small packets.
    pub(super) async fn connect(self, addresses: &[SocketAddr]) -> io::Result<TcpStream> {
        if self == Self::default() {
            let stream = TcpStream::connect(addresses).await?;
            stream.set_nodelay(true)?;
            return Ok(stream);
        }
        let mut outcome = Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "no address to connect to"));
        for address in addresses {
            outcome = self.socket(*address)?.connect(*address).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn socket(self, address: SocketAddr) -> io::Result<TcpSocket> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_nodelay(true)?;
        if self.reads_per_s.is_some() {
            socket.set_recv_buffer_size(SLOW_BUFFER_BYTES)?;
        }
        if let Some(from) = self.from {
            let refused = |e: io::Error| {
                io::Error::new(e.kind(), format!("cannot send from {from}: {e} (is it an address of this machine?)"))
            };
            socket.bind(SocketAddr::new(from, 0)).map_err(refused)?;
        }
        Ok(socket)
    }

    /// How many of `room` bytes may be read at once.
    pub(super) fn sip(self, room: usize) -> usize {
        self.reads_per_s.map_or(room, |bytes| room.min((bytes / SIPS_PER_S).max(1) as usize))
    }

    /// Waits as long as `bytes` take to be read.
    pub(super) async fn swallow(self, bytes: usize) {
        if let Some(rate) = self.reads_per_s {
            tokio::time::sleep(Duration::from_secs_f64(bytes as f64 / f64::from(rate))).await;
        }
    }
}
