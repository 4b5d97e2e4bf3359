// Before anything is drawn: the theme chosen earlier on this device, if any.
(function () {
  var root = document.documentElement;
  root.dataset.script = 'on';
  try {
    var chosen = localStorage.getItem('entente-theme');
    if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen;
  } catch (e) {
    /* storage is switched off: the system's theme */
  }
})();
