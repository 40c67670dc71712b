/** The shapes that the pages of replay, library and keeping use, which are generated from the server. */
export type {
  CommentView, CourseView, LessonPlanOrder, LessonPlanView, MyReplayView, PartView, RatingView, RecordingState, RecordingView, ReplayView, ResourceAttachment, ResourceChange, ResourceHit, ResourceKind, ResourceState, ResourceStepView, ResourceView,
  SubtitlesAnswer, ViewAnswer, ViewForm, Visibility,
} from '@/protocol/api'
