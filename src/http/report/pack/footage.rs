//! What was recorded in an Activity, for its pack: links to what can be watched, and pictures from it.

use super::super::super::error::ApiError;
use super::super::super::state::AppState;
use crate::archive::key_of;
use crate::domain::ActivityId;
use crate::domain::resource::ResourceState;
use crate::domain::resource::files::FRAMES;
use crate::store;
use crate::store::pack::{Footage, Frame};

/// None where nothing was recorded that still stands.
pub(super) async fn of_activity(app: &AppState, activity: ActivityId) -> Result<Option<Vec<Footage>>, ApiError> {
    let mut footage = Vec::new();
    for recording in store::recording::of_activity(&app.store, activity).await? {
        let Some(id) = store::resource::of_recording(&app.store, recording.id).await? else { continue };
        let resource = store::resource::get(&app.store, id).await?;
        if resource.state == ResourceState::Withdrawn {
            continue;
        }
        let mut frames = Vec::new();
        for file in store::resource::files(&app.store, id).await? {
            // What the Studio keeps from viewers is no evidence either.
            let Some(at_ms) = moment(&file.name).filter(|at| !resource.hides(*at)) else { continue };
            let picture = app.library.storage.read_all(&key_of(id, &file.name)).await?.to_vec();
            frames.push(Frame { at_ms, picture });
        }
        footage.push(Footage {
            title: resource.title,
            path: format!("/resources/{id}"),
            duration_ms: resource.duration_ms.unwrap_or(0),
            frames,
        });
    }
    Ok((!footage.is_empty()).then_some(footage))
}

fn moment(name: &str) -> Option<u64> {
    name.strip_prefix(FRAMES)?.strip_suffix(".jpg")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_named_by_its_moment() {
        assert_eq!(moment("frames/00754000.jpg"), Some(754_000));
        for other in ["poster.jpg", "frames/x.jpg", "sprite-0.jpg", "frames/00754000.png"] {
            assert_eq!(moment(other), None, "{other}");
        }
    }
}
