// The token of a mail rides behind '#', which browsers send to nobody: it is put into the form, and out of the address.
"use strict";
if (location.hash.length > 1) {
  document.getElementById("token").value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
}
