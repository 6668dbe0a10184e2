// What Wine 8 does otherwise than Windows. It does not know the option of sockets that keeps connections alive, which fetch always sets. And it
// says that it has made a symbolic link where it has made none: here a person may make none, as most may not on Windows.
const fs = require('node:fs');

require('node:net').Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};

function refuse() {
  throw Object.assign(new Error('EPERM: operation not permitted, symlink'), { code: 'EPERM', syscall: 'symlink' });
}
fs.symlinkSync = refuse;
fs.promises.symlink = async () => refuse();
