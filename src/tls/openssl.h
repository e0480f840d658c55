// Owners of what OpenSSL allocates, and its errors as ours.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <uvnet/buffer.h>
#include <uvnet/error.h>

#include <memory>
#include <string>
#include <string_view>

namespace uvnet::tls {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;

using BioPtr = Owned<BIO, BIO_free_all>;
using SslCtxPtr = Owned<SSL_CTX, SSL_CTX_free>;
using SslPtr = Owned<SSL, SSL_free>;
using X509Ptr = Owned<X509, X509_free>;
using X509StorePtr = Owned<X509_STORE, X509_STORE_free>;
using PkeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;
using SessionPtr = Owned<SSL_SESSION, SSL_SESSION_free>;

// A BIO that reads this text, which must outlive it.
BioPtr bioOf(std::string_view text);
std::string textOf(BIO* memory);

// OpenSSL keeps a queue of errors for each thread, and SSL_get_error() is misled by what somebody
// else has left there: empty at the start of each call, and at its end.
class ErrorQueue {
 public:
  ErrorQueue() noexcept { ERR_clear_error(); }
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;
  ~ErrorQueue() { ERR_clear_error(); }
};

// What OpenSSL's queue holds, as Node throws it from a context: the newest error with its code
// ("ERR_OSSL_PEM_NO_START_LINE"), the others in opensslErrorStack. Takes them from the queue.
Error thrownError(std::string_view otherwise);
// And as it destroys a connection with it: the first error, with a line of OpenSSL's own form as
// message ("...:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:...").
Error connectionError();

Buffer bytesOf(SSL_SESSION* session);

// "UNABLE_TO_VERIFY_LEAF_SIGNATURE" for X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE.
std::string verifyCode(long result);
Error verifyError(long result);

}  // namespace uvnet::tls
