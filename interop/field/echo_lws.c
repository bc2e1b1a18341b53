// An echo server and client on libwebsockets.
//
//     echo_lws server          listens on a free port, and says which
//     echo_lws client URL      sends back what comes, until it is closed
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A part of a message that is to be sent back.
struct part {
    struct part *next;
    size_t len;
    enum lws_write_protocol how;
    unsigned char octets[];
};

struct session {
    struct part *first, **last;
    int count;
};

static int is_over;

static int push(struct lws *wsi, struct session *session, void *in, size_t len)
{
    struct part *part = malloc(sizeof *part + LWS_PRE + len);
    if (!part)
        return -1;
    part->next = NULL;
    part->len = len;
    part->how = lws_write_ws_flags(lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT,
                                   lws_is_first_fragment(wsi), lws_is_final_fragment(wsi));
    memcpy(part->octets + LWS_PRE, in, len);
    if (!session->last)
        session->last = &session->first;
    *session->last = part;
    session->last = &part->next;
    // Whoever sends faster than it reads has to wait.
    if (++session->count == 64)
        lws_rx_flow_control(wsi, 0);
    lws_callback_on_writable(wsi);
    return 0;
}

static int pop(struct lws *wsi, struct session *session)
{
    struct part *part = session->first;
    if (!part)
        return 0;
    int sent = lws_write(wsi, part->octets + LWS_PRE, part->len, part->how);
    session->first = part->next;
    if (!session->first)
        session->last = &session->first;
    free(part);
    if (sent < 0)
        return -1;
    if (--session->count == 32)
        lws_rx_flow_control(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct session *session = user;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return push(wsi, session, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return pop(wsi, session);
    case LWS_CALLBACK_CLOSED:
        while (session->first) {
            struct part *part = session->first;
            session->first = part->next;
            free(part);
        }
        break;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        is_over = 1;
        break;
    default:
        break;
    }
    return 0;
}

static const struct lws_protocols protocols[] = {
    {"echo", callback, sizeof(struct session), 4096, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

int main(int argc, char **argv)
{
    int is_client = argc > 2 && !strcmp(argv[1], "client");
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    lws_set_log_level(0, NULL);
    info.port = is_client ? CONTEXT_PORT_NO_LISTEN : 0;
    info.iface = is_client ? NULL : "127.0.0.1";
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
    struct lws_context *context = lws_create_context(&info);
    if (!context)
        return 1;
    if (is_client) {
        const char *scheme, *host, *path;
        int port;
        char full[256] = "/";
        if (lws_parse_uri(argv[2], &scheme, &host, &port, &path))
            return 1;
        strncat(full, path, sizeof full - 2);
        struct lws_client_connect_info to;
        memset(&to, 0, sizeof to);
        to.context = context;
        to.address = host;
        to.port = port;
        to.path = full;
        to.host = to.origin = host;
        to.local_protocol_name = "echo";
        if (!lws_client_connect_via_info(&to))
            return 1;
    } else {
        struct lws_vhost *vhost = lws_get_vhost_by_name(context, "default");
        printf("listening on ws://127.0.0.1:%d\n", lws_get_vhost_listen_port(vhost));
        fflush(stdout);
    }
    while (!is_over && lws_service(context, 0) >= 0) {
    }
    lws_context_destroy(context);
    return 0;
}
