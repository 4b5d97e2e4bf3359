// The front door of a static copy: on to the first language of the reader's that there is.
(function () {
  var there = document.currentScript.dataset.languages.split(' ');
  var wanted = (navigator.languages || [navigator.language]).map(function (l) { return l.split('-')[0]; });
  var found = wanted.filter(function (l) { return there.indexOf(l) >= 0; })[0] || there[0];
  location.replace('/' + found + '/');
})();
