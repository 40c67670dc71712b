//! A place in the peer connection's chain where RTCP passes by: the chain hands none of it to an application that sends.

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    KeyFrame { ssrc: u32 },
    Nack { ssrc: u32, numbers: Vec<u16> },
}

/// What the tap heard and nobody took yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Feedback(Arc<Mutex<Vec<Heard>>>);

impl Feedback {
    pub(super) fn drain(&self) -> Vec<Heard> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Default)]
pub(super) struct FeedbackTap {
    heard: Feedback,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl FeedbackTap {
    pub(super) fn new() -> (Self, Feedback) {
        let tap = Self::default();
        let feedback = tap.heard.clone();
        (tap, feedback)
    }

    fn listen(&self, packet: &dyn rtc::rtcp::Packet) {
        let mut heard = self.heard.0.lock().unwrap_or_else(PoisonError::into_inner);
        let any = packet.as_any();
        if let Some(request) = any.downcast_ref::<PictureLossIndication>() {
            heard.push(Heard::KeyFrame { ssrc: request.media_ssrc });
        } else if let Some(request) = any.downcast_ref::<FullIntraRequest>() {
            // RFC 5104 §4.3.1: the entries name the streams, the header does not.
            heard.extend(request.fir.iter().map(|entry| Heard::KeyFrame { ssrc: entry.ssrc }));
        } else if let Some(nack) = any.downcast_ref::<TransportLayerNack>() {
            let numbers = nack.nacks.iter().flat_map(|pair| pair.packet_list()).collect();
            heard.push(Heard::Nack { ssrc: nack.media_ssrc, numbers });
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for FeedbackTap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &message.message.packet {
            packets.iter().for_each(|packet| self.listen(packet.as_ref()));
        }
        self.reads.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }
}

impl Interceptor for FeedbackTap {
    fn bind_local_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _info: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
