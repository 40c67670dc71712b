/** The player of the plain stream, fetched when it is needed: most viewers never do. A weak line may need several goes. */
import { defineAsyncComponent } from 'vue'

const AGAIN_AFTER_MS = 2_000

export const CrowdVideo = defineAsyncComponent({
  loader: () => import('./CrowdVideo.vue'),
  onError: (_error, retry) => void setTimeout(retry, AGAIN_AFTER_MS),
})
/** What its holder may do. */
export interface CrowdSound {
  unblock(): void
}
