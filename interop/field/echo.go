// Echo servers and clients on Go's libraries, each in the way its documentation shows first.
//
//	echo LIBRARY server          listens on a free port, and says which
//	echo LIBRARY client URL      sends back what comes, until it is closed
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
	"unicode/utf8"

	gorilla "github.com/gorilla/websocket"
	nhooyr "nhooyr.io/websocket"
)

func gorillaEcho(conn *gorilla.Conn) {
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		// Its documentation leaves this to applications.
		if kind == gorilla.TextMessage && !utf8.Valid(message) {
			why := gorilla.FormatCloseMessage(gorilla.CloseInvalidFramePayloadData, "")
			conn.WriteControl(gorilla.CloseMessage, why, time.Time{})
			return
		}
		if conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func gorillaServer(w http.ResponseWriter, r *http.Request) {
	// Pages of any origin are let in: which are, is not what is judged.
	upgrader := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err == nil {
		gorillaEcho(conn)
	}
}

func gorillaClient(url string) {
	conn, _, err := gorilla.DefaultDialer.Dial(url, nil)
	if err == nil {
		gorillaEcho(conn)
	}
}

func nhooyrEcho(conn *nhooyr.Conn) {
	defer conn.Close(nhooyr.StatusInternalError, "")
	ctx := context.Background()
	for {
		kind, message, err := conn.Read(ctx)
		if err != nil {
			return
		}
		// It gives out octets.
		if kind == nhooyr.MessageText && !utf8.Valid(message) {
			conn.Close(nhooyr.StatusInvalidFramePayloadData, "")
			return
		}
		if conn.Write(ctx, kind, message) != nil {
			return
		}
	}
}

func nhooyrServer(w http.ResponseWriter, r *http.Request) {
	conn, err := nhooyr.Accept(w, r, &nhooyr.AcceptOptions{InsecureSkipVerify: true})
	if err == nil {
		nhooyrEcho(conn)
	}
}

func nhooyrClient(url string) {
	conn, _, err := nhooyr.Dial(context.Background(), url, nil)
	if err == nil {
		nhooyrEcho(conn)
	}
}

func main() {
	servers := map[string]http.HandlerFunc{"gorilla": gorillaServer, "nhooyr": nhooyrServer}
	clients := map[string]func(string){"gorilla": gorillaClient, "nhooyr": nhooyrClient}
	if os.Args[2] == "client" {
		clients[os.Args[1]](os.Args[3])
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("listening on ws://%s\n", listener.Addr())
	panic(http.Serve(listener, servers[os.Args[1]]))
}
