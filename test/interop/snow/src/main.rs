//! The other end of a phonekey handshake, by the crate snow. Driven line by line over stdin:
//!
//!     car|phone <prologue> <static private key> [<car's public key>]    once, first: a session, KX
//!     initiator|responder <prologue> <static private key> <psk> [<ephemeral private key>]
//!                        in its place: a pairing, XXpsk0
//!     write <payload>    the next message, of the handshake and then of the transport
//!     read <message>     its payload
//!     remote             the other side's static public key
//!     hash               the handshake hash, of so far
//!     handshakes <count> does so many by itself, both ends; the nanoseconds each took, 8 bytes
//!
//! Byte strings are hex, `-` when empty. Every line is answered with `ok <hex>` or `error <reason>`.

use snow::{Builder, HandshakeState, TransportState};
use std::io::{self, BufRead, Write};
use std::time::Instant;

const SESSION: &str = "Noise_KX_25519_ChaChaPoly_SHA512";
const PAIRING: &str = "Noise_XXpsk0_25519_ChaChaPoly_SHA512";
const MAX_MESSAGE_BYTES: usize = 65535;

enum Session {
    Handshake(Box<HandshakeState>),
    Transport(Box<TransportState>),
    Failed,
}

type Answer = Result<Vec<u8>, String>;

fn main() -> io::Result<()> {
    let mut session = Session::Failed;
    let mut hash = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match words.as_slice() {
            ["car" | "phone", ..] => start(&words).map(|state| begin(&mut session, state)),
            ["initiator" | "responder", ..] => {
                start_pairing(&words).map(|state| begin(&mut session, state))
            }
            ["hash"] => Ok(hash.clone()),
            ["remote"] => remote(&session),
            ["handshakes", count] => handshakes(count),
            [verb @ ("read" | "write"), hex] => decode(hex).and_then(|input| {
                let output = step(&mut session, verb, &input);
                note_hash(&mut session, &mut hash)?;
                output
            }),
            _ => Err("unknown command".to_string()),
        };
        let text = match answer {
            Ok(bytes) => format!("ok {}", encode(&bytes)),
            Err(reason) => format!("error {reason}"),
        };
        println!("{text}");
        io::stdout().flush()?;
    }
    Ok(())
}

fn begin(session: &mut Session, state: HandshakeState) -> Vec<u8> {
    *session = Session::Handshake(Box::new(state));
    Vec::new()
}

fn start(words: &[&str]) -> Result<HandshakeState, String> {
    let (prologue, private) = match words {
        [_, prologue, private, ..] => (decode(prologue)?, decode(private)?),
        _ => return Err("prologue and private key wanted".to_string()),
    };
    let remote = words.get(3).map(|hex| decode(hex)).transpose()?;
    let mut builder = Builder::new(SESSION.parse().map_err(reason)?)
        .prologue(&prologue)
        .and_then(|builder| builder.local_private_key(&private))
        .map_err(reason)?;
    if let Some(key) = &remote {
        builder = builder.remote_public_key(key).map_err(reason)?;
    }
    match words[0] {
        "car" => builder.build_initiator(),
        _ => builder.build_responder(),
    }
    .map_err(reason)
}

fn start_pairing(words: &[&str]) -> Result<HandshakeState, String> {
    let [role, prologue, private, psk, ephemeral @ ..] = words else {
        return Err("prologue, private key and psk wanted".to_string());
    };
    let (prologue, private) = (decode(prologue)?, decode(private)?);
    let psk: [u8; 32] = decode(psk)?.try_into().map_err(|_| "not a psk")?;
    let ephemeral = ephemeral.first().map(|hex| decode(hex)).transpose()?;
    let mut builder = Builder::new(PAIRING.parse().map_err(reason)?)
        .prologue(&prologue)
        .and_then(|builder| builder.local_private_key(&private))
        .and_then(|builder| builder.psk(0, &psk))
        .map_err(reason)?;
    if let Some(key) = &ephemeral {
        builder = builder.fixed_ephemeral_key_for_testing_only(key);
    }
    match *role {
        "initiator" => builder.build_initiator(),
        _ => builder.build_responder(),
    }
    .map_err(reason)
}

fn step(session: &mut Session, verb: &str, input: &[u8]) -> Answer {
    let mut output = vec![0; MAX_MESSAGE_BYTES];
    let length = match (&mut *session, verb) {
        (Session::Handshake(state), "write") => state.write_message(input, &mut output),
        (Session::Handshake(state), _) => state.read_message(input, &mut output),
        (Session::Transport(state), "write") => state.write_message(input, &mut output),
        (Session::Transport(state), _) => state.read_message(input, &mut output),
        (Session::Failed, _) => return Err("no session".to_string()),
    };
    match length {
        Ok(length) => {
            output.truncate(length);
            Ok(output)
        }
        Err(error) => {
            if matches!(session, Session::Handshake(_)) {
                *session = Session::Failed;
            }
            Err(reason(error))
        }
    }
}

/// And goes on to the transport, once the handshake is through.
fn note_hash(session: &mut Session, hash: &mut Vec<u8>) -> Result<(), String> {
    match std::mem::replace(session, Session::Failed) {
        Session::Handshake(state) => {
            *hash = state.get_handshake_hash().to_vec();
            *session = if state.is_handshake_finished() {
                Session::Transport(Box::new(state.into_transport_mode().map_err(reason)?))
            } else {
                Session::Handshake(state)
            };
        }
        unfinished => *session = unfinished,
    }
    Ok(())
}

/// Whole handshakes without payload, fresh ephemeral keys each time, as `npm run bench` does ours.
fn handshakes(count: &str) -> Answer {
    let count: u32 = count.parse().map_err(|_| "not a number".to_string())?;
    let keys = Builder::new(SESSION.parse().map_err(reason)?).generate_keypair();
    let keys = keys.map_err(reason)?;
    let (private, public) = (encode(&keys.private), encode(&keys.public));
    let begin = Instant::now();
    for _ in 0..count {
        let mut car = start(&["car", "-", &private])?;
        let mut phone = start(&["phone", "-", &private, &public])?;
        let (mut sent, mut read) = ([0; 256], [0; 256]);
        let length = car.write_message(&[], &mut sent).map_err(reason)?;
        phone
            .read_message(&sent[..length], &mut read)
            .map_err(reason)?;
        let length = phone.write_message(&[], &mut sent).map_err(reason)?;
        car.read_message(&sent[..length], &mut read)
            .map_err(reason)?;
        car.into_transport_mode().map_err(reason)?;
        phone.into_transport_mode().map_err(reason)?;
    }
    let nanos = begin.elapsed().as_nanos() / u128::from(count.max(1));
    Ok((nanos as u64).to_be_bytes().to_vec())
}

fn remote(session: &Session) -> Answer {
    let key = match session {
        Session::Handshake(state) => state.get_remote_static(),
        Session::Transport(state) => state.get_remote_static(),
        Session::Failed => None,
    };
    key.map(<[u8]>::to_vec)
        .ok_or_else(|| "not known".to_string())
}

fn reason(error: snow::Error) -> String {
    error.to_string()
}

fn encode(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_string();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(text: &str) -> Answer {
    if text == "-" {
        return Ok(Vec::new());
    }
    if !text.is_ascii() || text.len() % 2 != 0 {
        return Err("not hex".to_string());
    }
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).map_err(|_| "not hex".to_string()))
        .collect()
}
