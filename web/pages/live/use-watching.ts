/** Tells the Session whether this page is seen and heard, and when the network under it has changed. */
import { onBeforeUnmount, onMounted, watch } from 'vue'
import type { Ref } from 'vue'
import type { LiveRoom } from '@/session/live-room'

type Connection = (EventTarget & { type?: string }) | undefined

export function useWatching(live: LiveRoom, soundOn: Ref<boolean>, soundBlocked: Ref<boolean>): void {
  const tell = () => live.setWatching(document.visibilityState === 'visible', soundOn.value && !soundBlocked.value, !!document.pictureInPictureElement)
  watch([soundOn, soundBlocked], tell)
  const online = () => live.networkChanged()
  const connection = (navigator as Navigator & { connection?: Connection }).connection
  let network = connection?.type
  // It also tells every new guess at the speed; only another kind of network is another path.
  const onConnection = () => {
    if (connection?.type === network) return
    network = connection?.type
    if (network !== 'none') online()
  }
  onMounted(() => {
    tell()
    document.addEventListener('visibilitychange', tell)
    document.addEventListener('leavepictureinpicture', tell, true)
    document.addEventListener('enterpictureinpicture', tell, true)
    window.addEventListener('online', online)
    connection?.addEventListener('change', onConnection)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', tell)
    document.removeEventListener('leavepictureinpicture', tell, true)
    document.removeEventListener('enterpictureinpicture', tell, true)
    window.removeEventListener('online', online)
    connection?.removeEventListener('change', onConnection)
  })
}
