// Sets the theme before the first paint: the person's choice, else the system's.
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('lectern-theme')
  } catch (e) {
    // A browser that keeps nothing follows the system.
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-theme', dark ? 'dark' : 'light')
})()
