//! Any bytes as the head of a frame: what is read is what is written again, less of it is never something else; and
//! any head that there can be is read as it was written.

use ws_core::{FrameHead, FrameRule, Opcode};

use crate::input::Input;

const OPCODES: [Opcode; 6] =
    [Opcode::Continuation, Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong];

/// Runs one input.
pub fn run(data: &[u8]) {
    read(data);
    write(&mut Input::new(data));
}

fn read(data: &[u8]) {
    let whole = FrameHead::decode(data);
    for len in 0..data.len().min(FrameHead::MAX_LEN) {
        let less = FrameHead::decode(&data[..len]);
        assert!(less == Ok(None) || less == whole, "{less:?} {whole:?}");
    }
    match whole {
        Ok(Some((head, len))) => {
            assert!(len <= FrameHead::MAX_LEN && len <= data.len());
            assert!(!head.opcode.is_control() || (head.fin && head.len <= 125));
            assert!(head.len <= u64::MAX >> 1);
            assert_eq!(written(&head), &data[..len]);
        }
        Ok(None) => assert!(data.len() < FrameHead::MAX_LEN),
        Err(rule) => assert!(matches!(
            rule,
            FrameRule::ReservedBit
                | FrameRule::ReservedOpcode
                | FrameRule::FragmentedControl
                | FrameRule::LongControl
                | FrameRule::LongLength
                | FrameRule::LengthOverflow
        )),
    }
}

fn write(input: &mut Input<'_>) {
    let (flags, opcode) = (input.byte(), *input.pick(&OPCODES));
    let mask = [input.byte(), input.byte(), input.byte(), input.byte()];
    let shift = input.byte() % 64;
    let len = [0; 8].map(|_: u8| input.byte());
    let len = (u64::from_be_bytes(len) >> 1) >> shift;
    let is_control = opcode.is_control();
    let head = FrameHead {
        fin: flags & 1 != 0 || is_control,
        rsv1: flags & 2 != 0,
        opcode,
        mask: (flags & 4 != 0).then_some(mask),
        len: if is_control { len % 126 } else { len },
    };
    let bytes = written(&head);
    assert_eq!(FrameHead::decode(&bytes), Ok(Some((head, bytes.len()))));
}

fn written(head: &FrameHead) -> Vec<u8> {
    let mut out = [0; FrameHead::MAX_LEN];
    let len = head.encode(&mut out);
    out[..len].to_vec()
}
