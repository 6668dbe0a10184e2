// Wine 8 does not know the option of sockets that keeps connections alive, which fetch always sets.
require('node:net').Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
