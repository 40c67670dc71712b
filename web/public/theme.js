// Sets the theme before the first paint, and whenever the system turns dark or light: the person's choice, else the system's.
;(function () {
  var system = matchMedia('(prefers-color-scheme: dark)')
  function show() {
    var chosen = null
    try {
      chosen = localStorage.getItem('lectern-theme')
    } catch (e) {
      // A browser that keeps nothing follows the system.
    }
    var dark = chosen === 'dark' || (chosen !== 'light' && system.matches)
    document.documentElement.setAttribute('data-theme', dark ? 'dark' : 'light')
  }
  show()
  system.addEventListener('change', show)
})()
