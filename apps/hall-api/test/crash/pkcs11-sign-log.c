/*
 * A PKCS#11 module that stands before another one and writes down what it is asked to sign, before it is signed:
 * a line of the process id, the mechanism and the bytes, both in hex. What the kernel was given survives SIGKILL.
 *
 * SIGN_LOG_MODULE names the module that signs, SIGN_LOG_FILE the log. Built by the tests with the system's cc; it
 * needs no PKCS#11 header: the function list is a version and pointers in the order of PKCS#11 2.40, section 4.6.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;

enum { CKR_OK = 0, CKR_GENERAL_ERROR = 5, CKR_FUNCTION_NOT_SUPPORTED = 0x54 };
enum { FUNCTIONS = 68, C_GET_FUNCTION_LIST = 3, C_SIGN_INIT = 42, C_SIGN, C_SIGN_UPDATE, C_SIGN_FINAL };

struct mechanism {
  CK_ULONG mechanism;
  void *parameter;
  CK_ULONG parameter_length;
};

struct function_list {
  unsigned char version[2];
  void *functions[FUNCTIONS];
};

typedef CK_RV (*sign_init_function)(CK_ULONG, struct mechanism *, CK_ULONG);
typedef CK_RV (*sign_function)(CK_ULONG, unsigned char *, CK_ULONG, unsigned char *, CK_ULONG *);

static struct function_list list;
static sign_init_function sign_begins;
static sign_function signs;
/* Our signer has one session, on which one signature is made after the other. */
static CK_ULONG mechanism_begun;
static int log_file = -1;

static CK_RV write_down(const unsigned char *data, CK_ULONG length) {
  size_t room = 2 * length + 64;
  char *line = malloc(room);
  if (line == NULL) return CKR_GENERAL_ERROR;
  int at = snprintf(line, room, "%d %lx ", (int)getpid(), mechanism_begun);
  for (CK_ULONG i = 0; i < length; i++) at += snprintf(line + at, room - at, "%02x", data[i]);
  line[at++] = '\n';
  /* One write, so that lines of several processes never mix. Nothing is signed that is not written down. */
  ssize_t written = write(log_file, line, at);
  free(line);
  return written == at ? CKR_OK : CKR_GENERAL_ERROR;
}

static CK_RV logged_sign_init(CK_ULONG session, struct mechanism *mechanism, CK_ULONG key) {
  mechanism_begun = mechanism->mechanism;
  return sign_begins(session, mechanism, key);
}

/* Also called with no room for the signature, to ask how long it will be: that signs nothing. */
static CK_RV logged_sign(CK_ULONG session, unsigned char *data, CK_ULONG length, unsigned char *signature,
                         CK_ULONG *signature_length) {
  CK_RV rv = signature == NULL ? CKR_OK : write_down(data, length);
  return rv == CKR_OK ? signs(session, data, length, signature, signature_length) : rv;
}

/* A signature in parts would pass the log. */
static CK_RV refused(void) { return CKR_FUNCTION_NOT_SUPPORTED; }

static CK_RV get_function_list(struct function_list **to) {
  *to = &list;
  return CKR_OK;
}

CK_RV C_GetFunctionList(struct function_list **to) {
  if (log_file < 0) {
    const char *module = getenv("SIGN_LOG_MODULE"), *path = getenv("SIGN_LOG_FILE");
    void *library = module == NULL ? NULL : dlopen(module, RTLD_NOW | RTLD_LOCAL);
    CK_RV (*original)(struct function_list **) = NULL;
    if (library != NULL) *(void **)&original = dlsym(library, "C_GetFunctionList");
    struct function_list *theirs = NULL;
    if (original == NULL || path == NULL || original(&theirs) != CKR_OK) return CKR_GENERAL_ERROR;
    log_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_file < 0) return CKR_GENERAL_ERROR;
    memcpy(&list, theirs, sizeof list);
    *(void **)&sign_begins = list.functions[C_SIGN_INIT];
    *(void **)&signs = list.functions[C_SIGN];
    list.functions[C_GET_FUNCTION_LIST] = (void *)get_function_list;
    list.functions[C_SIGN_INIT] = (void *)logged_sign_init;
    list.functions[C_SIGN] = (void *)logged_sign;
    list.functions[C_SIGN_UPDATE] = (void *)refused;
    list.functions[C_SIGN_FINAL] = (void *)refused;
  }
  return get_function_list(to);
}
