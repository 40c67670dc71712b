//! The VP8 payload descriptor (RFC 7741 §4.2): key frames, and the picture ids that must go on across a layer switch.

/// Where things are in a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// First byte of a frame's first partition.
    pub starts_frame: bool,
    pub picture_id: Option<PictureId>,
    /// Offset and value of TL0PICIDX.
    pub tl0: Option<(usize, u8)>,
    pub temporal: Option<Temporal>,
    pub length: usize,
}

/// Where a picture stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temporal {
    /// TID: 0 is the base, and no picture is made from one of a higher layer.
    pub layer: u8,
    /// Y: it is made from the base layer alone.
    pub sync: bool,
    /// This packet begins it.
    pub starts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureId {
    pub at: usize,
    pub value: u16,
    /// 15 bits instead of 7.
    pub long: bool,
}

impl Descriptor {
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let starts_frame = first & 0x10 != 0 && first & 0x07 == 0;
        let mut found = Self { starts_frame, picture_id: None, tl0: None, temporal: None, length: 1 };
        if first & 0x80 == 0 {
            return Some(found);
        }
        let which = *payload.get(1)?;
        found.length = 2;
        if which & 0x80 != 0 {
            let at = found.length;
            let high = *payload.get(at)?;
            let long = high & 0x80 != 0;
            let value =
                if long { (u16::from(high & 0x7f) << 8) | u16::from(*payload.get(at + 1)?) } else { u16::from(high) };
            found.picture_id = Some(PictureId { at, value, long });
            found.length += if long { 2 } else { 1 };
        }
        if which & 0x40 != 0 {
            found.tl0 = Some((found.length, *payload.get(found.length)?));
            found.length += 1;
        }
        if which & 0x30 != 0 {
            let byte = *payload.get(found.length)?;
            let temporal = Temporal { layer: byte >> 6, sync: byte & 0x20 != 0, starts: starts_frame };
            found.temporal = (which & 0x20 != 0).then_some(temporal);
            found.length += 1;
        }
        (payload.len() >= found.length).then_some(found)
    }
}

/// RFC 7741 §4.3: the P bit of the payload header is 0 in a key frame.
#[must_use]
pub fn begins_keyframe(payload: &[u8]) -> bool {
    read(payload).0
}

/// Whether a key frame begins here, and where the picture stands in time.
#[must_use]
pub fn read(payload: &[u8]) -> (bool, Option<Temporal>) {
    let Some(found) = Descriptor::parse(payload) else { return (false, None) };
    let key = found.starts_frame && payload.get(found.length).is_some_and(|header| header & 1 == 0);
    (key, found.temporal)
}

/// What is added to picture id and TL0PICIDX so that one receiver sees one unbroken count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    pub picture_id: u16,
    pub tl0: u8,
}

impl Shift {
    /// After so many pictures that stay out. TL0PICIDX counts only those of the base layer, which never do.
    #[must_use]
    pub fn without(self, pictures: u16) -> Self {
        Self { picture_id: self.picture_id.wrapping_sub(pictures), ..self }
    }

    /// What [`Self::apply`] would make a descriptor say.
    #[must_use]
    pub fn said(self, payload: &[u8]) -> (Option<u16>, Option<u8>) {
        let Some(found) = Descriptor::parse(payload) else { return (None, None) };
        let mask = |long| if long { 0x7fff } else { 0x7f };
        let picture_id = found.picture_id.map(|id| id.value.wrapping_add(self.picture_id) & mask(id.long));
        (picture_id, found.tl0.map(|(_, value)| value.wrapping_add(self.tl0)))
    }

    /// Rewrites a descriptor in place and returns the picture id and TL0PICIDX that it now says.
    pub fn apply(self, payload: &mut [u8]) -> (Option<u16>, Option<u8>) {
        let Some(found) = Descriptor::parse(payload) else { return (None, None) };
        let picture_id = found.picture_id.map(|id| {
            let value = id.value.wrapping_add(self.picture_id);
            if id.long {
                payload[id.at] = 0x80 | ((value >> 8) as u8 & 0x7f);
                payload[id.at + 1] = value as u8;
                value & 0x7fff
            } else {
                payload[id.at] = value as u8 & 0x7f;
                value & 0x7f
            }
        });
        let tl0 = found.tl0.map(|(at, value)| {
            payload[at] = value.wrapping_add(self.tl0);
            payload[at]
        });
        (picture_id, tl0)
    }
}
