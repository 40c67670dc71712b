/** What a browser keeps under a name. One that keeps nothing is asked again next time; even naming its storage may throw. */
export function kept<T>(storage: () => Storage, key: string) {
  const safely = <R>(act: () => R, otherwise: R): R => {
    try {
      return act()
    } catch {
      return otherwise
    }
  }
  return {
    keep: (value: T): void => safely(() => storage().setItem(key, JSON.stringify(value)), undefined),
    kept: (): T | null => safely(() => JSON.parse(storage().getItem(key) ?? 'null') as T | null, null),
    forget: (): void => safely(() => storage().removeItem(key), undefined),
  }
}
