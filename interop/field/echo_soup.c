// An echo server and client on libsoup.
//
//     echo_soup server          listens on a free port, and says which
//     echo_soup client URL      sends back what comes, until it is closed
#include <libsoup/soup.h>
#include <string.h>

static void on_message(SoupWebsocketConnection *connection, int type, GBytes *message, void *data)
{
    (void)data;
    soup_websocket_connection_send_message(connection, type, message);
}

static void on_connection(SoupServer *server, SoupServerMessage *request, const char *path,
                          SoupWebsocketConnection *connection, void *data)
{
    (void)server, (void)request, (void)path, (void)data;
    g_signal_connect(connection, "message", G_CALLBACK(on_message), NULL);
    // It is held until it is closed.
    g_object_ref(connection);
    g_signal_connect(connection, "closed", G_CALLBACK(g_object_unref), NULL);
}

static void on_connected(GObject *session, GAsyncResult *result, void *loop)
{
    SoupWebsocketConnection *connection =
        soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);
    if (!connection) {
        g_main_loop_quit(loop);
        return;
    }
    g_signal_connect(connection, "message", G_CALLBACK(on_message), NULL);
    g_signal_connect_swapped(connection, "closed", G_CALLBACK(g_main_loop_quit), loop);
}

int main(int argc, char **argv)
{
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    if (argc > 2 && !strcmp(argv[1], "client")) {
        SoupMessage *request = soup_message_new("GET", argv[2]);
        soup_session_websocket_connect_async(soup_session_new(), request, NULL, NULL, G_PRIORITY_DEFAULT,
                                             NULL, on_connected, loop);
    } else {
        SoupServer *server = soup_server_new(NULL, NULL);
        soup_server_add_websocket_handler(server, NULL, NULL, NULL, on_connection, NULL, NULL);
        if (!soup_server_listen_local(server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
            return 1;
        GSList *uris = soup_server_get_uris(server);
        g_print("listening on ws://127.0.0.1:%d\n", g_uri_get_port(uris->data));
    }
    g_main_loop_run(loop);
    return 0;
}
